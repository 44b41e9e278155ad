"""The private store of notes beside the published build: read, and written down who read it.

Nothing of it is kept: the store is opened for one reading and closed again, and no answer goes into
a cache, so that what is erased or removed is gone from the pages at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from dashboards.access import lines
from dashboards.published import connect
from dashboards.queries import notes
from dashboards.queries.scope import Scope

LOG = "notes_read.jsonl"


class NotesWithheldError(Exception):
    """There are notes, but they must not be shown; the text says why and how to mend it."""


@dataclass(frozen=True)
class Notes:
    """What is told about one person: notes of sessions, and actions that may still be open."""

    sessions: pd.DataFrame
    actions: pd.DataFrame

    def __len__(self) -> int:
        return len(self.sessions) + len(self.actions)


def store(home: Path | None, build_id: str) -> Path | None:
    """Return the store of a build; None where notes are not kept, or not of this build."""
    if home is None:
        return None
    path = home / "private" / build_id / "notes.duckdb"
    with contextlib.suppress(OSError):  # the folder is its owner's alone
        return path if path.is_file() else None
    return path


def read(home: Path, build_id: str, scope: Scope | None, person_id: str) -> Notes | None:
    """Return the notes of a person that the scope may see, and log that they were read.

    None where there is no store. Raises :class:`NotesWithheldError` if they cannot be read, or if
    it cannot be written down who read them.
    """
    path = store(home, build_id)
    if path is None or scope is None:
        return None
    try:
        with contextlib.closing(connect(str(path))) as connection:
            found = Notes(
                notes.session_notes(connection, scope, person_id),
                notes.open_actions(connection, scope, person_id),
            )
    except (OSError, duckdb.Error) as error:
        if store(home, build_id) is None:
            return None  # removed between the two lines above
        raise NotesWithheldError(
            "The notes cannot be opened. They are for the account that publishes: "
            "run these pages as that account."
        ) from error
    if len(found):
        try:
            _log(home, scope.name, person_id, len(found))
        except OSError as error:
            raise NotesWithheldError(
                "The notes are not shown, because it cannot be written down who read them "
                f"({error.strerror}). These pages need to write HOME/privacy/{LOG}."
            ) from error
    return found


def _log(home: Path, who: str, whose: str, count: int) -> None:
    """Add a line to the log; it is on the disk when this returns."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    entry = {"at": now.isoformat(), "who": who, "whose": whose, "count": count}
    text = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    lines.append(home / "privacy" / LOG, text, is_synced=True)
