"""Content hashes: the same content gives the same hash, whatever the order of rows or the run.

Design invariant 6: per table the number of rows and the sum of a per-row md5 number over all
columns but those that only name a run (:data:`RUN_COLUMNS`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

RUN_COLUMNS = frozenset(
    {
        "build_id",
        "load_id",
        "_load_id",
        "landed_at",
        "_landed_at",
        "duration_seconds",
        "published_at",
    },
)


def quote(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def content_hash(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[int, str]:
    """Return (rows, hash) of one table; the hash is 32 hexadecimal digits.

    NULL and an empty text differ, and so do ``('a|', 'b')`` and ``('a', '|b')``: each value is
    written with its length in front.
    """
    described = con.execute(f"describe {quote(schema)}.{quote(table)}").fetchall()
    names = sorted(str(row[0]) for row in described if str(row[0]) not in RUN_COLUMNS)
    # One concat() of all parts, which passes over NULL, is a quarter faster than a chain of ||.
    parts = [
        f"length({quote(name)}::varchar), coalesce(':' || {quote(name)}::varchar, '~')"
        for name in names
    ]
    row_text = f"concat({', '.join(parts)})" if parts else "''"
    rows, total = con.execute(
        f"""
        select count(*), coalesce(sum((md5_number_lower({row_text}))::hugeint), 0)
        from {quote(schema)}.{quote(table)}
        """
    ).fetchone() or (0, 0)
    digest = hashlib.md5(f"{','.join(names)}|{rows}|{total}".encode(), usedforsecurity=False)
    return int(rows), digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Return the sha-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
