"""The rules of Great Expectations in a process of their own.

Its import takes seconds, so it begins before it is needed; its memory goes with it.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from halftime import child
from halftime.dbt import ended_with_us
from halftime.errors import DataError, LockedError, MachineError
from halftime.home import PROJECT_ROOT, Home

Tick = Callable[[int, int, str], None]


class RulesProcess:
    """A process that will check the rules of one build when it is told to."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def check(self, tick: Tick) -> None:
        """Check every rule and report each; their results lie in the build's folder.

        Raises :class:`DataError`, :class:`MachineError` or :class:`LockedError` if the rules could
        not be checked. To be called once.
        """
        process = self._process
        child.tell(process, "go")
        for line in process.stdout or ():
            try:
                event = json.loads(line)
                tick(int(event["done"]), int(event["total"]), str(event["rule"]))
            except (ValueError, KeyError, TypeError):
                continue
        if process.wait() != 0:
            self._raise(process.returncode)

    def _raise(self, code: int) -> None:
        if code < 0:  # what kills a process for want of memory leaves no message
            raise MachineError(
                "The rules could not be checked: their process was ended by signal "
                f"{-code} ({signal.strsignal(-code)}).",
                hint="Too little memory is the usual cause; the last published build is still "
                "served.",
            )
        last = self._log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        kinds = {MachineError.exit_code: MachineError, LockedError.exit_code: LockedError}
        raise kinds.get(code, DataError)(
            f"The rules could not be checked: {last[0] if last else 'no message'}",
            hint=f"The whole message stands in {self._log}. The last published build is still "
            "served.",
        )


@contextmanager
def rules_process(home: Home, build_id: str) -> Iterator[RulesProcess]:
    """Start the process for one build; if it is not told to begin it ends with the block."""
    folder = home.build_folder(build_id)
    words = [
        "--warehouse",
        str(home.warehouse),
        "--project-root",
        str(PROJECT_ROOT),
        "--build-id",
        build_id,
        "--out",
        str(folder / "rules"),
        "--when-told",
    ]
    log = folder / "logs" / "rules.log"
    with (
        log.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            child.command("quality.validate", words),
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            pass_fds=home.inherited,
        ) as process,
        ended_with_us(process),
    ):
        yield RulesProcess(process, log)
