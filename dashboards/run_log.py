"""What runs leave behind in their home: which ran, how long each step took, and which failed.

A run that fails publishes nothing, so it is in no published table; and how long a model took is in
none, because a build that is made again must come out the same. So this is read from
``HOME/history/chain.jsonl``, ``HOME/builds/<id>/run.json`` and dbt's own list of what it ran. Only
the fields named here are taken: no text of an error, which may quote a row, no variables, nobody's
name. What cannot be read is left out.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.build_log import entries

STEPS = ("run", "test", "validate", "publish")
BEFORE = "land and prepare"
VERBS = ("run", "land", "build", "validate", "publish")
DONE, FAILED, INTERRUPTED, STOPPED, RUNNING = "done", "failed", "interrupted", "stopped", "running"
_STATES = (DONE, FAILED, RUNNING)


@dataclass(frozen=True)
class Step:
    """One step of a build; ``seconds`` is None while it is on its way, or where it was killed."""

    name: str
    status: str
    seconds: float | None


@dataclass(frozen=True)
class Run:
    """One command: ``reason`` is the kind of its error, as the code calls it."""

    verb: str
    build_id: str | None
    started_at: dt.datetime
    ended_at: dt.datetime | None
    status: str
    reason: str
    verdict: str
    steps: tuple[Step, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tell whether it did what it was called for."""
        return self.status == DONE

    @property
    def seconds(self) -> float | None:
        """Return how long it took; None where nobody saw its end."""
        if self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def ended_in(self) -> str:
        """Return the step in which it failed, or after which it was stopped; empty if unknown."""
        broken = [step.name for step in self.steps if step.status != DONE]
        if broken:
            return broken[-1]
        if self.status == STOPPED and self.steps:
            return self.steps[-1].name
        return "" if self.is_good or self.steps else BEFORE


@dataclass(frozen=True)
class Earlier:
    """A published build that still lies in the home."""

    build_id: str
    database: str
    published_at: str
    as_of: str
    profile: str


def runs(home: Path | None, length: int = 20) -> list[Run]:
    """Return the newest runs of a home, the newest first."""
    if home is None:
        return []
    states = _states(home)
    found = [_run(body, states) for body in _remembered(home)]
    known = {run.build_id for run in found if run is not None}
    # A run on its way is not remembered yet; the next one remembers one that was killed.
    newest, is_busy = max(states, default=""), _is_busy(home)
    waiting = [
        _unremembered(state, is_busy and name == newest)
        for name, state in states.items()
        if name not in known
    ]
    everything = [run for run in (*found, *waiting) if run is not None]
    return sorted(everything, key=lambda run: run.started_at, reverse=True)[:length]


def failing_since(newest_first: list[Run]) -> Run | None:
    """Return the first of the failures that go on until today; None where the last run is good."""
    first = None
    for run in newest_first:
        if run.is_good:
            break
        if run.status != RUNNING:
            first = run
    return first


def model_seconds(home: Path | None, build_id: str) -> list[tuple[str, str, float]]:
    """Return (model, schema, seconds) of a build's models and seeds, the slowest first."""
    document = {} if home is None else _json(_folder(home, build_id) / "dbt/run/run_results.json")
    times = []
    for result in document.get("results") or []:
        kind, name = (str(result.get("unique_id", "")).split(".")[place] for place in (0, -1))
        relation = str(result.get("relation_name") or "").replace('"', "").split(".")
        if kind in ("model", "seed") and len(relation) == 3:
            times.append((name, relation[1], float(result.get("execution_time") or 0)))
    return sorted(times, key=lambda item: (-item[2], item[0]))


def earlier_builds(
    home: Path | None, build_id: str, profile: str, length: int = 8
) -> list[Earlier]:
    """Return the builds published before one, of the same profile, the newest first."""
    if home is None:
        return []
    found = []
    for path in sorted((home / "published").glob("*Z-*/manifest.json"), reverse=True):
        manifest = _json(path)
        database = path.parent / "marts.duckdb"
        earlier = Earlier(
            build_id=path.parent.name,
            database=str(database),
            published_at=str(manifest.get("published_at") or ""),
            as_of=str(manifest.get("as_of") or ""),
            profile=str((manifest.get("privacy") or {}).get("profile") or "standard"),
        )
        if earlier.build_id < build_id and earlier.profile == profile and database.is_file():
            found.append(earlier)
    return found[:length]


def model_pages(home: Path | None) -> Path | None:
    """Return the documentation of the models that ``halftime docs`` wrote; None if it did not."""
    if home is None:
        return None
    written = sorted((home / "docs").glob("*Z-*.html"))
    return written[-1] if written else None


def _folder(home: Path, build_id: str) -> Path:
    return home / "builds" / Path(build_id).name


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _states(home: Path) -> dict[str, dict[str, Any]]:
    """Return what each build of a home says of itself, by its id."""
    return {
        path.parent.name: state
        for path in sorted((home / "builds").glob("*/run.json"))
        if (state := _json(path))
    }


def _remembered(home: Path) -> Iterator[dict[str, Any]]:
    """Yield what the chain says of each run; ``halftime verify`` says whether it is sound."""
    yield from (entry["body"] for entry in entries(home) if entry.get("kind") == "run")


def _run(body: dict[str, Any], states: dict[str, dict[str, Any]]) -> Run | None:
    started = _moment(body.get("started_at"))
    verb, status = str(body.get("verb") or "run"), str(body.get("status") or "")
    if started is None or verb not in VERBS:
        return None
    build_id = str(body["build_id"]) if body.get("build_id") else None
    state = states.get(build_id or "", {})
    if status == FAILED and state.get("status") == STOPPED:
        status = STOPPED
    return Run(
        verb=verb,
        build_id=build_id,
        started_at=started,
        ended_at=_moment(body.get("ended_at")),
        status=status,
        reason=str(body.get("reason") or ""),
        verdict=str(body.get("verdict") or ""),
        steps=_steps(state, verb),
    )


def _unremembered(state: dict[str, Any], is_busy: bool) -> Run | None:
    started = _moment(state.get("started_at"))
    if started is None:
        return None
    told = str(state.get("status") or "")
    status = {"published": DONE, FAILED: FAILED, STOPPED: STOPPED}.get(told)
    return Run(
        verb="run",
        build_id=str(state.get("build_id")),
        started_at=started,
        ended_at=None,
        status=status or (RUNNING if is_busy else INTERRUPTED),
        reason="",
        verdict="",
        steps=_steps(state, "run"),
    )


def _is_busy(home: Path) -> bool:
    """Tell whether a run holds the lock of the home now."""
    try:
        with (home / "lock").open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _steps(state: dict[str, Any], verb: str) -> tuple[Step, ...]:
    known = state.get("steps")
    if not isinstance(known, dict):
        return ()
    own = {"build": ("run", "test"), "validate": ("validate",), "publish": ("publish",)}
    return tuple(
        Step(name, str(known[name].get("status") or ""), _seconds(known[name]))
        for name in own.get(verb, () if verb == "land" else STEPS)
        if isinstance(known.get(name), dict) and known[name].get("status") in _STATES
    )


def _seconds(step: dict[str, Any]) -> float | None:
    value = step.get("duration_seconds")
    return float(value) if isinstance(value, int | float) else None


def _moment(value: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
