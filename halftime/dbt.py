"""Run dbt as a subprocess and read what it leaves behind.

``dbtRunner`` keeps the warehouse locked after it returns, so dbt has a process of its own
(:mod:`halftime.dbt_session`), which carries out the commands of a build one after the other; each
step has its own target folder because every command overwrites ``run_results.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from halftime import child
from halftime.errors import DataError, MachineError
from halftime.home import PROJECT_ROOT, Home, file_in_use, is_file_in_use, is_machine_trouble

Progress = Callable[[int, int, str], None]
_SPECIAL = re.compile("[\x7f-\uffff]")
_PARSED_NAME = "partial_parse.msgpack"
# dbt remembers where each seed's file lies: what was read before a checkout was moved or copied
# would fill its tables from the old place.
PARSED = (
    PROJECT_ROOT
    / "target"
    / hashlib.sha256(str(PROJECT_ROOT).encode()).hexdigest()[:12]
    / _PARSED_NAME
)
"""What dbt read of this checkout, for all homes; it holds nothing of a company."""


@dataclass(frozen=True)
class DbtStep:
    """What one dbt command did: its target folder and one record per node that ran."""

    target: Path
    exit_code: int
    results: list[dict[str, Any]] = field(repr=False)

    def broken(self) -> list[dict[str, Any]]:
        """Return the nodes that could not be run at all."""
        return [result for result in self.results if result["status"] in ("error", "runtime error")]


def dbt_environment(home: Home) -> dict[str, str]:
    """Return the environment of a dbt process for this home; telemetry is off."""
    return {
        **os.environ,
        "HALFTIME_WAREHOUSE": str(home.warehouse),
        "HALFTIME_TEMP_DIRECTORY": str(home.temporary),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONWARNINGS": "ignore",
    }


class DbtSession:
    """A dbt process that reads the project once for all its commands.

    It is read without the variables of a run: these decide what the SQL says, which dbt writes when
    it runs it, and never which model needs which. So what was read serves every home and night.
    """

    def __init__(self, home: Home, process: subprocess.Popen[str]) -> None:
        self.home = home
        self._process = process
        self._is_read = False
        self._was_told_to_read = False

    def read_ahead(self) -> None:
        """Begin to read the project while something else is done; opens no database."""
        child.tell(self._process, json.dumps(self._parse_words()))
        self._was_told_to_read = True

    @property
    def is_reading(self) -> bool:
        """Whether dbt still reads the project that it was told to read ahead."""
        if not self._was_told_to_read or self._process.stdout is None:
            return False
        return not select.select([self._process.stdout], [], [], 0)[0]

    def finish_reading(self) -> None:
        """Wait until the project is read; what is wrong is said by the command that comes after."""
        if self._was_told_to_read:
            exit_code, _ = self._follow()
            self._keep_parsed(exit_code)
            self._was_told_to_read = False

    def run(
        self,
        step: str,
        arguments: Sequence[str],
        *,
        variables: Mapping[str, Any],
        folder: Path,
        progress: Progress | None = None,
    ) -> DbtStep:
        """Run ``dbt <arguments>`` with its own target and log folders under ``folder``.

        Raises :class:`DataError` when dbt could not even begin (a model that does not compile) and
        :class:`MachineError` when disk or memory stopped it. Failed models and tests are left to
        the caller.
        """
        target = folder / "dbt" / step
        target.mkdir(parents=True, exist_ok=True)
        logs = folder / "logs" / f"dbt-{step}"
        logs.mkdir(parents=True, exist_ok=True)
        self.finish_reading()
        given = as_yaml(variables)
        exit_code = 0
        with (logs / "dbt.log").open("w", encoding="utf-8", buffering=1) as log:
            if not self._is_read:
                child.tell(self._process, json.dumps(self._parse_words()))
                exit_code, messages = self._follow(log)
                self._keep_parsed(exit_code)
            if exit_code == 0:
                words = _words(arguments, target=target, variables=given)
                child.tell(self._process, json.dumps(words))
                exit_code, messages = self._follow(log, progress)
        results = _read_results(target)
        if exit_code < 0:
            raise MachineError(
                f"dbt ({step}) was ended by signal {-exit_code} ({signal.strsignal(-exit_code)}).",
                hint="Too little memory is the usual cause; the last published build is still "
                "served.",
            )
        if exit_code != 0 and not results:
            _raise_for(step, messages, folder)
        done = DbtStep(target=target, exit_code=exit_code, results=results)
        for result in done.broken():
            if is_machine_trouble(str(result.get("message"))):
                _raise_for(step, [str(result["message"])], folder)
        return done

    def _parse_words(self) -> list[str]:
        words = ["parse", "--no-write-json"]
        if PARSED.is_file():
            words += ["--partial-parse-file-path", str(PARSED)]
        return _words(words, target=self._parse_target, variables="{}")

    @property
    def _parse_target(self) -> Path:
        return self.home.temporary / "parse"

    def _keep_parsed(self, exit_code: int) -> None:
        self._is_read = exit_code == 0
        if (parsed := self._parse_target / _PARSED_NAME).is_file():
            _replace(parsed, PARSED)
        shutil.rmtree(self._parse_target, ignore_errors=True)

    def _follow(
        self, log: TextIO | None = None, progress: Progress | None = None
    ) -> tuple[int, list[str]]:
        """Report each finished node until the command ends; return exit code and error messages.

        All that dbt says goes to ``log`` too.
        """
        messages: list[str] = []
        for line in self._process.stdout or ():
            event = _event(line)
            if log:
                log.write(_log_line(event, line))
            if event is None:
                messages.append(line.rstrip())
            elif "exit_code" in event:
                return int(event["exit_code"]), messages
            elif event.get("level") == "error":
                messages.append(str(event.get("msg", "")))
            elif progress and "node" in event:
                progress(int(event["done"]), int(event["total"]), str(event["node"]))
        return self._process.wait() or 1, messages


@contextmanager
def dbt_session(home: Home) -> Iterator[DbtSession]:
    """Start a dbt process for the commands of one build; it ends, and unlocks, with the block."""
    with (
        subprocess.Popen(
            child.command("halftime.dbt_session", []),
            env=dbt_environment(home),
            cwd=PROJECT_ROOT,
            pass_fds=home.inherited,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
        ended_with_us(process),
    ):
        yield DbtSession(home, process)
        if process.stdin:
            process.stdin.close()
        process.wait()


def _replace(source: Path, target: Path) -> None:
    # Other runs read and write it too. It only saves time: a checkout may be read-only.
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copyfile(source, copy)
        copy.replace(target)


def _words(arguments: Sequence[str], *, target: Path, variables: str) -> list[str]:
    # Its own logs cost a fifth of the time that dbt spends on a model. What it says is kept by who
    # listens, and the SQL stands in the target folder.
    return [
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--log-path",
        str(target / "logs"),
        *arguments,
        "--project-dir",
        str(PROJECT_ROOT),
        "--profiles-dir",
        str(PROJECT_ROOT),
        "--target-path",
        str(target),
        "--vars",
        variables,
    ]


def as_yaml(variables: Mapping[str, Any]) -> str:
    """Write variables as the YAML that dbt takes them for.

    JSON is YAML but for the signs beyond the first plane (an emoji in the name of a stage), which
    it writes as two halves that YAML does not put together again.
    """
    plain = json.dumps(dict(variables), ensure_ascii=False)
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)


@contextmanager
def ended_with_us(process: subprocess.Popen[Any]) -> Iterator[None]:
    """End a child when we are stopped: it would go on writing after our lock is gone."""
    try:
        yield
    except BaseException:
        process.terminate()
        raise


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _log_line(event: dict[str, Any] | None, line: str) -> str:
    if event is None:
        return line
    return f"{event.get('at')} {event.get('level'):<5} {event.get('msg')}\n"


def _read_results(target: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return list(document.get("results", []))


def _raise_for(step: str, messages: list[str], folder: Path) -> None:
    text = next((message for message in reversed(messages) if message.strip()), "no message")
    if any(is_file_in_use(message) for message in messages):
        raise file_in_use(f"dbt ({step}) could not go on")
    if any(is_machine_trouble(message) for message in messages):
        raise MachineError(
            f"dbt ({step}) was stopped by the machine: {text}",
            hint="Check disk space, memory and rights; the last published build is still served.",
        )
    raise DataError(
        f"dbt ({step}) could not begin: {text}", hint=f"Its log lies in {folder / 'logs'}."
    )
