"""Parquet and JSON: DuckDB reads them, values become canonical text, the first record is row 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from halftime.landing import text
from halftime.landing.header import unique_headers
from halftime.landing.spec import RejectedFileError

MAXIMUM_OBJECT_BYTES = 64 << 20
_KEY_SAMPLE_ROWS = 1_000_000


def literal(value: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Scan:
    """How SQL reads a file: a from-clause, an expression per header, and those of the lineage."""

    relation: str
    expressions: tuple[str, ...]
    row: str
    problem: str = "null"
    rest: str = "null"
    cell: str = "null"


@dataclass(frozen=True)
class TypedFile:
    """A Parquet or JSON file, looked through and ready to be read by SQL."""

    header: tuple[str, ...]
    source_rows: int
    scan: Scan
    format: str
    encoding: str | None = None


def _canonical(column: str, kind: str) -> str:
    """Return SQL that turns a typed column into canonical text."""
    kind = kind.upper()
    if kind == "VARCHAR":
        return column
    if kind in {"DOUBLE", "FLOAT"}:
        return (
            f"case when not isfinite({column}) then cast({column} as varchar) "
            f"when {column} = trunc({column}) then format('{{:.0f}}', {column}) "
            f"when abs({column}) < 1e-4 then rtrim(cast(cast(cast({column} as varchar) "
            f"as decimal(38, 30)) as varchar), '0.') "
            f"else cast({column} as varchar) end"
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(cast({column} at time zone 'UTC' as varchar), ' ', 'T') || 'Z'"
    if kind.startswith("TIMESTAMP"):
        return f"replace(cast({column} as varchar), ' ', 'T')"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({column}) as varchar)"
    return f"cast({column} as varchar)"


def open_parquet(con: duckdb.DuckDBPyConnection, path: Path) -> TypedFile:
    """Look through a Parquet file; its own footer says how many rows it holds."""
    if path.stat().st_size == 0:
        raise RejectedFileError("empty_file", "The file is empty.")
    try:
        source_rows = pq.read_metadata(path).num_rows
        described = con.execute(f"describe select * from read_parquet({literal(str(path))})")
        columns = [(str(row[0]), str(row[1])) for row in described.fetchall()]
    except (pa.ArrowException, OSError, duckdb.Error) as error:
        raise RejectedFileError(
            "unreadable", f"The Parquet file cannot be read: {error}."
        ) from error
    return TypedFile(
        header=tuple(unique_headers([name for name, _ in columns])),
        source_rows=source_rows,
        scan=Scan(
            relation=f"read_parquet({literal(str(path))}, file_row_number = true)",
            expressions=tuple(_canonical(identifier(name), kind) for name, kind in columns),
            row="file_row_number + 1",
        ),
        format="parquet",
    )


def open_json(con: duckdb.DuckDBPyConnection, path: Path, encoding: text.Encoding) -> TypedFile:
    """Look through a JSON file: an array of objects, or one object after the other.

    ``path`` is plain UTF-8 text. The columns are the keys of all objects, in order of appearance.
    """
    with text.Utf8Stream(path, text.Encoding("utf-8")) as stream:
        source_rows, is_array = count_objects(stream)
    if source_rows == 0 and not is_array:
        raise RejectedFileError("empty_file", "The file holds no JSON object.")
    style = "array" if is_array else "unstructured"
    objects = (
        f"read_json_objects({literal(str(path))}, format = '{style}', "
        f"maximum_object_size = {MAXIMUM_OBJECT_BYTES}, compression = 'uncompressed')"
    )
    try:
        found = con.execute(
            f"select key, min(seen) as first_seen from ("
            f"select unnest(json_keys(json)) as key, row_number() over () as seen from {objects}) "
            "group by key order by first_seen, key",
        ).fetchall()
        keys = _in_order(con, objects, [str(row[0]) for row in found])
    except duckdb.Error as error:
        raise RejectedFileError(
            "unreadable", f"The JSON cannot be read: {_first_line(error)}"
        ) from error
    paths = ", ".join(literal(json_path([key])) for key in keys)
    return TypedFile(
        header=tuple(unique_headers(keys)),
        source_rows=source_rows,
        scan=Scan(
            relation=(
                f"(select json_extract_string(json, [{paths}]) as f, row_number() over () as n "
                f"from {objects})"
            ),
            expressions=tuple(f"f[{place}]" for place in range(1, len(keys) + 1)),
            row="n",
        ),
        format="json",
        encoding=encoding.name,
    )


def _in_order(con: duckdb.DuckDBPyConnection, objects: str, keys: list[str]) -> list[str]:
    row = con.execute(f"select json_keys(json) from {objects} limit 1").fetchone()
    first = [str(key) for key in row[0]] if row and row[0] else []
    return [*dict.fromkeys(first), *sorted(key for key in keys if key not in set(first))]


def json_path(keys: Sequence[str]) -> str:
    """Return the path to a value below an object; DuckDB takes a key ``*`` for a wildcard.

    Raises :class:`RejectedFileError` for a key with a NUL: no SQL text can hold one.
    """
    if any("\0" in key for key in keys):
        raise RejectedFileError("unreadable", "A key of the JSON holds a NUL character.")
    if "*" in keys:
        return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
    escaped = (key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return "$" + "".join(f'."{key}"' for key in escaped)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


_MARKS = re.compile(rb'[{}\[\]"]|\\.', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def count_objects(stream: text.Utf8Stream) -> tuple[int, bool]:
    """Count the objects of a JSON text and tell whether they stand in an array.

    Works on structure alone, apart from any parser. Raises :class:`RejectedFileError`
    ``truncated`` if a string, object or array is still open at the end.
    """
    count, depth, base, is_array, pending = 0, 0, 0, False, b""
    started = False
    for block in _blocks(stream):
        chunk = pending + block
        bare, pending = _without_strings(chunk)
        if not started and bare.strip():
            started = True
            is_array = bare.lstrip().startswith(b"[")
            base = 1 if is_array else 0
        for mark in _iter_marks(bare):
            if mark in b"{[":
                count += mark == b"{" and depth == base
                depth += 1
            else:
                depth -= 1
    if pending.strip() or depth > 0:
        raise RejectedFileError("truncated", "The JSON ends inside an object, an array or a text.")
    return count, is_array


def _blocks(stream: text.Utf8Stream) -> Iterable[bytes]:
    return iter(lambda: stream.read(text.CHUNK_BYTES), b"")


def _iter_marks(bare: bytes) -> Iterable[bytes]:
    return re.findall(rb"[{}\[\]]", bare)


def _without_strings(chunk: bytes) -> tuple[bytes, bytes]:
    """Blank out the strings of a chunk; what follows an unclosed quote is returned as pending."""
    bare = _STRING.sub(b"0", chunk)
    place = bare.find(b'"')
    return (bare, b"") if place < 0 else (bare[:place], bare[place:])
