"""What readers say is wrong: which row, what is wrong, what would be right; and what became of it.

One file a month in ``HOME/disputes``, which its owner alone can read; lines are added and never
changed. Nothing of it goes into the warehouse: a value is mended at its source or by a correction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dashboards.access import lines

FOLDER = "disputes"
LONGEST = {"wrong": 500, "right": 200, "why": 500}
MOST_A_DAY = 50  # of one reader, so that nobody fills the disk
OUTCOMES = ("corrected", "stands", "said before")


class DisputeError(Exception):
    """What was said cannot be kept; the text says why and how to mend it."""


@dataclass(frozen=True)
class Disputed:
    """The row that somebody says is wrong, as the reader was shown it."""

    core_table: str
    core_key: str
    person_id: str
    source_system: str = ""
    source_file: str = ""
    source_row: int | None = None
    figure: str = ""


@dataclass(frozen=True)
class Speaker:
    """Who says something, in which role, of which build."""

    who: str
    role: str
    scope: str
    build_id: str


def say(home: Path, speaker: Speaker, row: Disputed, wrong: str, right: str) -> str:
    """Write down that a row is wrong and return the dispute's id.

    Raises :class:`DisputeError` where nothing is said, too much, too often, or it cannot be kept.
    """
    now = _now()
    said = {"wrong": _text(wrong, "wrong"), "right": _text(right, "right")}
    if not said["wrong"]:
        raise DisputeError("Say what is wrong with this row.")
    mine = [entry for entry in known(home) if entry.get("who") == speaker.who]
    same = {"core_table": row.core_table, "core_key": row.core_key, **said, "state": "open"}
    if any(same.items() <= entry.items() for entry in mine):
        raise DisputeError("You have said this already, and it is not settled yet.")
    today = [entry for entry in mine if str(entry.get("at", ""))[:10] == f"{now:%Y-%m-%d}"]
    if len(today) >= MOST_A_DAY:
        raise DisputeError(f"{MOST_A_DAY} rows a day can be called wrong. Please go on tomorrow.")
    number = f"{now:%Y%m%d}-{secrets.token_hex(3)}"
    _write(home, now, {"event": "open", "id": number, **asdict(speaker), **asdict(row), **said})
    return number


def settle(home: Path, speaker: Speaker, number: str, outcome: str, why: str) -> None:
    """Write down what became of a dispute; raises :class:`DisputeError` if it is not open."""
    if outcome not in OUTCOMES:
        raise DisputeError(f"'{outcome}' is no outcome. Known: {', '.join(OUTCOMES)}.")
    said = next((entry for entry in known(home) if entry["id"] == number), None)
    if said is None or said["state"] != "open":
        raise DisputeError("This dispute is not open any more.")
    told = _text(why, "why")
    if not told:
        raise DisputeError("Say why, so that the person can be told.")
    # Of whom it is stands here too, so that an erasure finds what is said of the person.
    of = {"person_id": said.get("person_id", ""), "said_by": said.get("who", "")}
    ended = {"event": "settled", "id": number, **asdict(speaker), "outcome": outcome, "why": told}
    _write(home, _now(), {**ended, **of})


def known(home: Path) -> list[dict[str, Any]]:
    """Return the disputes, open ones first and the newest of each first, with their ``state``."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries(home):
        number = str(entry.get("id", ""))
        if entry.get("event") == "open":
            found[number] = {**entry, "state": "open", "why": "", "settled_by": ""}
        elif number in found:
            ended = {"state": entry.get("outcome"), "why": entry.get("why")}
            found[number] |= {**ended, "settled_by": entry.get("who")}
    newest = sorted(found.values(), key=lambda entry: str(entry.get("at")), reverse=True)
    return sorted(newest, key=lambda entry: entry["state"] != "open")


def entries(home: Path) -> Iterator[dict[str, Any]]:
    """Yield all lines, oldest first; one that was damaged is left out."""
    for path in sorted((home / FOLDER).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry


def _text(text: str, name: str) -> str:
    """Return a text on one line, without signs that cannot be seen; refuse one that is too long."""
    told = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(told) > LONGEST[name]:
        raise DisputeError(f"Say it in {LONGEST[name]} characters; these are {len(told)}.")
    return told


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _write(home: Path, now: dt.datetime, entry: dict[str, Any]) -> None:
    path = home / FOLDER / f"{now:%Y-%m}.jsonl"
    text = json.dumps({"at": now.isoformat(), **entry}, ensure_ascii=False)
    try:
        lines.append(path, text, is_synced=True)
    except OSError as error:
        raise DisputeError(
            f"It cannot be written down ({error.strerror}). The account that serves these pages "
            f"needs to write the folder {home / FOLDER}."
        ) from error
