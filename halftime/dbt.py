"""Run dbt as a subprocess and read what it leaves behind.

``dbtRunner`` keeps the warehouse locked after it returns, so dbt is called through its command line
and its JSON log; each step has its own target folder because every command overwrites
``run_results.json``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from halftime import child
from halftime.errors import DataError, MachineError
from halftime.home import PROJECT_ROOT, Home, file_in_use, is_file_in_use, is_machine_trouble

Progress = Callable[[int, int, str], None]
_PARSE_CACHE = "partial_parse.msgpack"


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


def run_dbt(
    home: Home,
    step: str,
    arguments: Sequence[str],
    *,
    variables: Mapping[str, Any],
    folder: Path,
    progress: Progress | None = None,
) -> DbtStep:
    """Run ``dbt <arguments>`` with its own target and log folders under ``folder``.

    Raises :class:`DataError` when dbt could not even begin (a model that does not compile) and
    :class:`MachineError` when disk or memory stopped it. Failed models and tests are left to the
    caller.
    """
    target = folder / "dbt" / step
    target.mkdir(parents=True, exist_ok=True)
    cached = home.cache / _PARSE_CACHE
    logs = folder / "logs" / f"dbt-{step}"
    logs.mkdir(parents=True, exist_ok=True)
    words = _words(arguments, logs=logs, target=target, variables=variables)
    if cached.is_file():
        words += ["--partial-parse-file-path", str(cached)]
    command = child.command("dbt.cli.main", words)
    with (logs / "dbt.log").open("w", encoding="utf-8", buffering=1) as log:
        exit_code, messages = _follow(command, home, log, progress)
    _keep_parsed(home, target)
    results = _read_results(target)
    if exit_code < 0:
        raise MachineError(
            f"dbt ({step}) was ended by signal {-exit_code} ({signal.strsignal(-exit_code)}).",
            hint="Too little memory is the usual cause; the last published build is still served.",
        )
    if exit_code != 0 and not results:
        _raise_for(step, messages, folder)
    done = DbtStep(target=target, exit_code=exit_code, results=results)
    for result in done.broken():
        if is_machine_trouble(str(result.get("message"))):
            _raise_for(step, [str(result["message"])], folder)
    return done


def _words(
    arguments: Sequence[str], *, logs: Path, target: Path, variables: Mapping[str, Any]
) -> list[str]:
    # Its own log at debug level is a fifth of the time that dbt spends on a model; what it prints
    # is kept, and the SQL stands in the target folder.
    return [
        "--log-format",
        "json",
        "--log-level-file",
        "none",
        "--log-path",
        str(logs),
        *arguments,
        "--project-dir",
        str(PROJECT_ROOT),
        "--profiles-dir",
        str(PROJECT_ROOT),
        "--target-path",
        str(target),
        "--vars",
        json.dumps(dict(variables)),
    ]


def _keep_parsed(home: Home, target: Path) -> None:
    if (target / _PARSE_CACHE).is_file():
        shutil.copyfile(target / _PARSE_CACHE, home.cache / _PARSE_CACHE)


@contextmanager
def parsing_ahead(
    home: Home, variables: Mapping[str, Any]
) -> Iterator[subprocess.Popen[bytes] | None]:
    """Let dbt read the project while something else is done; only a new home needs it.

    Yields the process, or None where there is nothing to do. It opens no database. What it finds
    wrong is said by the command that comes after.
    """
    if (home.cache / _PARSE_CACHE).is_file():
        yield None
        return
    target = home.temporary / "parse"
    words = _words(["parse"], logs=target / "logs", target=target, variables=variables)
    with (
        subprocess.Popen(
            child.command("dbt.cli.main", words),
            env=dbt_environment(home),
            cwd=PROJECT_ROOT,
            pass_fds=home.inherited,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
        ended_with_us(process),
    ):
        yield process
    _keep_parsed(home, target)
    shutil.rmtree(target, ignore_errors=True)


@contextmanager
def ended_with_us(process: subprocess.Popen[Any]) -> Iterator[None]:
    """End a child when we are stopped: it would go on writing after our lock is gone."""
    try:
        yield
    except BaseException:
        process.terminate()
        raise


def _follow(
    command: list[str], home: Home, log: TextIO, progress: Progress | None
) -> tuple[int, list[str]]:
    """Run the command, report each finished node, and return the exit code and error messages.

    All that it prints goes to ``log`` too.
    """
    messages: list[str] = []
    with (
        subprocess.Popen(
            command,
            env=dbt_environment(home),
            cwd=PROJECT_ROOT,
            pass_fds=home.inherited,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
        ended_with_us(process),
    ):
        if process.stdout is None:
            raise MachineError("The output of dbt could not be read.")
        for line in process.stdout:
            log.write(line)
            event = _event(line)
            if event is None:
                messages.append(line.rstrip())
                continue
            info, data = event.get("info", {}), event.get("data", {})
            if info.get("level") == "error":
                messages.append(str(info.get("msg", "")))
            if progress and info.get("name") in (
                "LogModelResult",
                "LogTestResult",
                "LogSeedResult",
            ):
                name = str((data.get("node_info") or {}).get("node_name", ""))
                progress(
                    int(data.get("index", 0)),
                    int(data.get("total", data.get("num_models", 0))),
                    name,
                )
        process.wait()
    return process.returncode, messages


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


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
