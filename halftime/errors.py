"""The errors a user may see, each with the exit code that the command line returns for it.

A message says what went wrong, where, why, and how to mend it; ``hint`` holds the last part so that
the console can set it apart. Anything that is not a :class:`HalftimeError` is a defect of ours.
"""

from __future__ import annotations


class HalftimeError(Exception):
    """Base of all errors that end a command with one clear sentence instead of a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DataError(HalftimeError):
    """Data or a rule stopped the run; the last published build stays served (exit 1)."""

    exit_code = 1


class UsageError(HalftimeError):
    """The command line or the configuration is wrong; nothing was written (exit 2)."""

    exit_code = 2


class MachineError(HalftimeError):
    """The machine does not allow it: disk, rights, a missing program (exit 3)."""

    exit_code = 3


class LockedError(HalftimeError):
    """Another run holds the lock of this home (exit 75)."""

    exit_code = 75
