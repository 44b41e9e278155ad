"""One dbt process for all commands of a build: it is started once and reads the project once.

Reads one command a line from standard input, a JSON list of the words after ``dbt``, and answers
on standard output with JSON lines: what dbt says at level info and above, and last the command's
exit code as the command line would give it. A ``parse`` keeps what it read for the commands after
it. The warehouse stays locked from the first command that opens it until the process ends.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import MacroFuzzTemplate, NativeSandboxTemplate
from dbt_common.events.base_types import BaseEvent, EventLevel, EventMsg
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

_Listener = Callable[[EventMsg], None]
_TROUBLE = frozenset({"warn", "error"})
_SAID = _TROUBLE | {"info"}
_FINISHED = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult"})
_output = threading.Lock()


def main(lines: Iterable[str] = sys.stdin) -> None:
    """Carry out one command a line until the input ends."""
    _share_contexts()
    _say_no_details()
    manifest: Manifest | None = None
    for line in lines:
        words = [str(word) for word in json.loads(line)]
        is_parse = "parse" in words
        tell: _Listener = _tell_trouble if is_parse else _tell
        if is_parse:
            with _nowhere():
                done = dbtRunner(callbacks=[tell]).invoke(words)
            manifest = done.result if isinstance(done.result, Manifest) else None
            # What was read stays until the end: to look through it for garbage again and again is
            # a twentieth of the time of a build of small data.
            gc.collect()
            gc.freeze()
        else:
            done = dbtRunner(manifest=manifest, callbacks=[tell]).invoke(words)
        if done.exception is not None:
            _print({"level": "error", "msg": str(done.exception)})
        exit_code = _exit_code(done)
        what = "The project is read" if is_parse else "The command has ended"
        _print({"level": "info", "msg": f"{what}: exit code {exit_code}.", "exit_code": exit_code})


def _share_contexts() -> None:
    """Let the arguments of tests be rendered like all else: in dbt's context, not in copies of it.

    A copy makes an object of every macro there is, which takes longer than to run the test.
    """
    setattr(NativeSandboxTemplate, "new_context", MacroFuzzTemplate.new_context)  # noqa: B010


class _Terse(EventManager):
    """Leaves out what nobody reads before dbt has written it out."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        if (level or e.level_tag()) is not EventLevel.DEBUG:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def _say_no_details() -> None:
    """Drop events of level debug: there are a dozen for each node."""
    terse = _Terse()
    terse.loggers += getattr(get_event_manager(), "loggers", [])
    ctx_set_event_manager(terse)


@contextmanager
def _nowhere() -> Iterator[None]:
    """Hide where the warehouse lies, which dbt would take for a reason to read all of it again.

    Reading opens no database; it needs only its name, by which dbt calls all relations.
    """
    before = dict(os.environ)
    os.environ["HALFTIME_WAREHOUSE"] = Path(os.environ["HALFTIME_WAREHOUSE"]).name
    os.environ.pop("HALFTIME_TEMP_DIRECTORY", None)
    try:
        yield
    finally:
        os.environ.update(before)


def _exit_code(done: dbtRunnerResult) -> int:
    if done.success:
        return 0
    return 1 if done.exception is None else 2


def _tell(event: EventMsg, said: frozenset[str] = _SAID) -> None:
    # dbt's own console logger writes every debug event as JSON before it leaves it out, which is a
    # tenth of the time of a build of small data.
    info: Any = event.info  # a message of protobuf, whose fields no type checker knows
    if info.level not in said or not info.msg.strip():
        return
    record: dict[str, Any] = {"level": info.level, "msg": info.msg}
    if info.name in _FINISHED:
        data: Any = event.data
        total = data.num_models if info.name == "LogTestResult" else data.total
        record |= {"done": data.index, "total": total, "node": data.node_info.node_name}
    _print(record)


def _tell_trouble(event: EventMsg) -> None:
    # So that the first thing to be read of a project that is in order is that it was read.
    _tell(event, _TROUBLE)


def _print(record: dict[str, Any]) -> None:
    record["at"] = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    with _output:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
