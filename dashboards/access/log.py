"""The access log: who saw or downloaded which page, of which build, in which scope, how many rows.

One file a month in ``HOME/access``, which its owner alone can read. It is kept for as many days as
the configuration says, and removed month by month after that.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pandas as pd

from dashboards.access import lines

FOLDER = "access"
_MONTH = re.compile(r"(\d{4})-(\d{2})\.jsonl")
_COLUMNS = {
    "at": "timestamp",
    "who": "varchar",
    "role": "varchar",
    "scope": "varchar",
    "event": "varchar",
    "page": "varchar",
    "filters": "varchar",
    "build_id": "varchar",
    "row_count": "bigint",
}


class LogError(Exception):
    """Nothing may be shown, because it cannot be written down; the text says how to mend it."""


@dataclass(frozen=True)
class Entry:
    """One line of the log. ``event`` is open (before), view (after), download, refused."""

    who: str
    role: str
    scope: str
    event: str
    page: str
    filters: str
    build_id: str
    row_count: int


def require(home: Path) -> None:
    """Raise :class:`LogError` unless a line could be written now."""
    path = _path(home, _now())
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as error:
        raise _cannot(home, error) from error


def write(home: Path, entry: Entry) -> None:
    """Add a line; raises :class:`LogError` where that cannot be done."""
    now = _now()
    text = json.dumps({"at": now.isoformat(), **asdict(entry)}, ensure_ascii=False)
    try:
        lines.append(_path(home, now), text, is_synced=False)
    except OSError as error:
        raise _cannot(home, error) from error


def clear(home: Path, days: int, folder: str = FOLDER) -> list[str]:
    """Remove the months that ended more than so many days ago; returns their names.

    ``folder`` is that of another log of readers that is kept as long.
    """
    limit = _now().date() - dt.timedelta(days=days)
    removed = []
    with contextlib.suppress(OSError):
        for path in sorted((home / folder).iterdir()):
            found = _MONTH.fullmatch(path.name)
            if found is None:
                continue
            year, month = int(found[1]), int(found[2])
            end = dt.date(year + month // 12, month % 12 + 1, 1)
            if end <= limit:
                path.unlink()
                removed.append(path.name)
    return removed


def read(home: Path, limit: int = 1000) -> pd.DataFrame:
    """Return the newest lines, the newest first; columns as in :class:`Entry`, with ``at``."""
    files = [str(path) for path in sorted((home / FOLDER).glob("*.jsonl"))]
    if not files:
        return pd.DataFrame(columns=list(_COLUMNS))
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _COLUMNS.items())
    with duckdb.connect() as connection:
        return connection.execute(
            f"""
            select * from read_json(?, format = 'newline_delimited', columns = {{{columns}}})
            order by "at" desc limit ?
            """,
            [files, limit],
        ).df()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _path(home: Path, now: dt.datetime) -> Path:
    return home / FOLDER / f"{now:%Y-%m}.jsonl"


def _cannot(home: Path, error: OSError) -> LogError:
    return LogError(
        "Nothing is shown, because it cannot be written down who saw it "
        f"({error.strerror}). The account that serves these pages needs to write the folder "
        f"{home / FOLDER}."
    )
