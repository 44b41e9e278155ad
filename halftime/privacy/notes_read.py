"""The log of who read private notes: one line per reading, written by the dashboards.

``HOME/privacy/notes_read.jsonl``: when, who, whose, how many. It is read here, and loses persons
who are erased. Who appends holds the file's lock and looks whether it is still the file of that
name.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from halftime.home import Home, sync_folder
from halftime.privacy.redact import Redactor

LOG = "notes_read.jsonl"


def path_of(home: Home) -> Path:
    """Return where the log is, whether anybody read a note yet or not."""
    return home.root / "privacy" / LOG


def of_person(home: Home, person_id: str) -> list[dict[str, Any]]:
    """Return when and by whom the notes of a person were read, oldest first."""
    path = path_of(home)
    if not path.is_file():
        return []
    entries = map(_entry, path.read_text(encoding="utf-8").splitlines())
    return [
        {key: entry.get(key) for key in ("at", "who", "count")}
        for entry in entries
        if entry.get("whose") == person_id
    ]


def rewrite(home: Home, redactor: Redactor) -> None:
    """Replace erased persons in the log, those who read and those who were read about."""
    path = path_of(home)
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        lines = stream.read().splitlines()
        changed = [_without(line, redactor) for line in lines]
        if changed == lines:
            return
        fresh = path.with_name(f".{LOG}.{os.getpid()}")
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
    known = {key: redactor.value(str(entry[key])) for key in ("who", "whose") if key in entry}
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
