"""The logs that the dashboards write of their readers: of private notes, and of all that was seen.

``HOME/privacy/notes_read.jsonl`` has one line per reading of notes: when, who, whose, how many.
``HOME/access/YYYY-MM.jsonl`` has one per view and download, ``HOME/disputes/YYYY-MM.jsonl`` one
per row that somebody called wrong. All are read here, and lose persons who are erased. Who appends
holds the file's lock and looks whether it is still the file of that name.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from halftime.home import Home, sync_folder
from halftime.privacy.redact import Redactor

# What of a line can name a person.
_NAMING = (
    *("who", "whose", "scope", "page", "filters"),
    *("person_id", "core_key", "figure", "source_file", "said_by"),
)
# What readers of an erased person wrote, or wrote about one, in their own words.
_WRITTEN = ("wrong", "right", "why")


def notes_log(home: Home) -> Path:
    """Return where the log of notes is, whether anybody read one yet or not."""
    return home.root / "privacy" / "notes_read.jsonl"


def access_logs(home: Home) -> list[Path]:
    """Return the files of the access log, oldest first."""
    return sorted((home.root / "access").glob("*.jsonl"))


def dispute_logs(home: Home) -> list[Path]:
    """Return the files of what readers called wrong, oldest first."""
    return sorted((home.root / "disputes").glob("*.jsonl"))


def disputed_by_or_of(home: Home, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Return what was called wrong by a person, or of a row of the person, and what became of it.

    ``texts`` are those by which the person is known. Who settled it, and who said it of somebody
    else's row, is left out: it is another person.
    """
    known = {text.casefold() for text in texts}
    found: dict[str, list[dict[str, Any]]] = {}
    for path in dispute_logs(home):
        for entry in map(_entry, path.read_text(encoding="utf-8").splitlines()):
            found.setdefault(str(entry.get("id", "")), []).append(entry)
    kept = ("at", "event", "core_key", "wrong", "right", "outcome", "why", "build_id")
    return [
        {key: entry[key] for key in kept if key in entry}
        for entries in found.values()
        if _is_of(entries[0], known)
        for entry in entries
    ]


def _is_of(entry: dict[str, Any], known: set[str]) -> bool:
    login = str(entry.get("who", "")).rpartition(" (")[0]
    seen = str(entry.get("scope", "")).partition(" ")[2]
    return bool({text.casefold() for text in (login, seen, str(entry.get("person_id")))} & known)


def seen_by(home: Home, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Return the lines of the access log whose reader is known by one of these texts."""
    known = {text.casefold() for text in texts}
    return [
        entry
        for path in access_logs(home)
        for entry in map(_entry, path.read_text(encoding="utf-8").splitlines())
        if str(entry.get("who", "")).rpartition(" (")[0].casefold() in known
        or str(entry.get("scope", "")).partition(" ")[2].casefold() in known
    ]


def notes_of(home: Home, person_id: str) -> list[dict[str, Any]]:
    """Return when and by whom the notes of a person were read, oldest first."""
    path = notes_log(home)
    if not path.is_file():
        return []
    entries = map(_entry, path.read_text(encoding="utf-8").splitlines())
    return [
        {key: entry.get(key) for key in ("at", "who", "count")}
        for entry in entries
        if entry.get("whose") == person_id
    ]


def rewrite(home: Home, redactor: Redactor) -> None:
    """Replace erased persons in the logs, those who read and those who were read about."""
    for path in (notes_log(home), *access_logs(home), *dispute_logs(home)):
        if path.is_file():
            _rewrite(path, redactor)


def _rewrite(path: Path, redactor: Redactor) -> None:
    with path.open(encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        lines = stream.read().splitlines()
        changed = [_without(line, redactor) for line in lines]
        if changed == lines:
            return
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.writelines(f"{line}\n" for line in changed)
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(path)
        sync_folder(path.parent)


def _without(line: str, redactor: Redactor) -> str:
    entry = _entry(line)
    if not entry:
        return redactor.value(line)
    known = {key: redactor.value(str(entry[key])) for key in _NAMING if key in entry}
    is_known = known != {key: entry[key] for key in known}
    for key in (key for key in _WRITTEN if key in entry):
        known[key] = redactor.value(str(entry[key]))
        if is_known or known[key] != entry[key]:  # what else it tells of the person, nobody knows
            known[key] = redactor.scrub(known[key])
    if known == {key: entry[key] for key in known}:
        return line
    return json.dumps({**entry, **known}, sort_keys=True, ensure_ascii=False)


def _entry(line: str) -> dict[str, Any]:
    """Return what a line says; nothing for one that was damaged."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
