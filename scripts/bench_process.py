"""Run a command and account for it: seconds, and the memory of it and all its children together."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each look costs a millisecond or two of the cores that are measured.
SECONDS_BETWEEN_LOOKS = 0.1
_KEYS = ("VmRSS:", "VmHWM:")  # resident now, and at most since the program began (proc(5))


@dataclass(frozen=True)
class Measured:
    """One command: seconds of wall time, peak resident memory of its processes in MiB, output.

    The peak is the largest sum over the tree of processes that was seen at any look,
    or the highest that the system remembers of a single one where that is more (a peak between two
    looks). Memory that processes share is counted in each of them, so the sum errs upwards.
    """

    seconds: float
    peak_mib: float
    output: str = field(default="", repr=False)
    looks: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    def split(self, last_seconds: float) -> tuple[Measured, Measured]:
        """Return the command without its last seconds, and these."""
        border = self.seconds - last_seconds
        parts = [
            [mib for at, mib in self.looks if (at < border) is is_first]
            for is_first in (True, False)
        ]
        first, last = (max(part, default=0.0) for part in parts)
        return Measured(border, first), Measured(last_seconds, last)


def measure(*arguments: object, log: Path, environment: dict[str, str] | None = None) -> Measured:
    """Run a command from the project's root; a failure ends the bench with the command's output.

    Standard output comes back as text, what is said on standard error goes to ``log``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    looks: list[tuple[float, float]] = []
    highest: list[float] = [0.0]
    with log.open("w+", encoding="utf-8") as said, log.with_suffix(".err").open("w+") as stderr:
        begun = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in arguments],
            cwd=ROOT,
            stdout=said,
            stderr=stderr,
            env=None if environment is None else os.environ | environment,
        )
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, begun, ended, looks, highest))
        watch.start()
        process.wait()
        seconds = time.monotonic() - begun
        ended.set()
        watch.join()
        said.seek(0)
        stderr.seek(0)
        output, complaint = said.read(), stderr.read()
    if process.returncode != 0:
        sys.exit(
            f"{' '.join(map(str, arguments))} ended with {process.returncode}:\n"
            f"{output[-2000:]}\n{complaint[-4000:]}"
        )
    peak = max((mib for _, mib in looks), default=0.0)
    return Measured(seconds, max(peak, *highest), output, tuple(looks))


def _watch(
    pid: int,
    begun: float,
    ended: threading.Event,
    looks: list[tuple[float, float]],
    highest: list[float],
) -> None:
    while not ended.wait(SECONDS_BETWEEN_LOOKS):
        now, high = tree_mib(pid)
        looks.append((time.monotonic() - begun, now))
        highest[0] = max(highest[0], high)


def tree_mib(pid: int, parent_command: bytes = b"") -> tuple[float, float]:
    """Return the resident memory of a process and everything below it, in MiB; 0 when gone.

    The second figure is the highest that the system remembers of any one of them. A child that is
    still called what its parent is called has not begun to be itself: it borrows the parent's
    memory for a moment, which would be counted twice.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if command == parent_command:
            return 0.0, 0.0
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        kib = {name: int(line.split()[1]) for line in lines for name in _KEYS if name in line}
        own, high = (kib[name] / 1024 for name in _KEYS)
        below = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, LookupError):  # it ended while we looked
        return 0.0, 0.0
    found = [tree_mib(child, command) for child in below]
    return own + sum(now for now, _ in found), max([high, *(high for _, high in found)])
