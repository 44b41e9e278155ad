"""Rewrite databases and files so that nothing of an erased person is left in their bytes.

DuckDB keeps the blocks of deleted rows until they are used again, so every database is copied
into a fresh file, which then takes the place of the old one, written by a process that has seen
nothing else (``fresh.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType

from halftime.contracts import Contract, mapped_columns
from halftime.hashing import content_hash, file_sha256, quote
from halftime.home import sync_folder
from halftime.privacy.fresh import write_apart
from halftime.privacy.notes import open_fresh
from halftime.privacy.people import TOKEN, Known
from halftime.privacy.redact import Redactor
from halftime.publish import READ_ORDER, SORTED_TABLES
from quality.results import connection_settings, literal

# Private columns that name somebody else, such as a customer: they identify, they are no notes.
_NAMES = re.compile(r"(^|_)(name|names|email|company|from|to|email_address)$")
_ANY = "-"  # no system: only texts that are looked for everywhere
_SUFFIX = ".rewritten"


@dataclass(frozen=True)
class Finder:
    """Finds values that may hold a text, before each is looked at word by word."""

    known: frozenset[Known]

    @property
    def parts(self) -> list[str]:
        """Patterns of the texts, the longest first."""
        texts = {item.tokens for item in self.known if item.tokens}
        texts |= {
            (tokens[-1], *tokens[:-1])
            for item in self.known
            for tokens in [item.tokens]
            if item.kind != "email" and len(tokens) > 1
        }
        listed = sorted(texts, key=lambda tokens: (-sum(map(len, tokens)), tokens))
        return [r"[\W_]+".join(re.escape(token) for token in tokens) for tokens in listed]

    def in_text(self, text: str) -> re.Pattern[str] | None:
        """Return the pattern of the texts whose words all stand in the text of a file, if any."""
        present = {token.lower() for token in set(TOKEN.findall(text))}
        near = frozenset(
            item
            for item in self.known
            if item.stands_in_text and {token.lower() for token in item.tokens} <= present
        )
        if not near:
            return None
        long = Finder(near).parts
        return re.compile(rf"(?i)(?<![^\W_])(?:{'|'.join(long)})(?![^\W_])")


def _vector(function: Callable[..., str], count: int) -> Callable[..., pa.Array]:
    """Let a function of values work on columns; DuckDB counts the parameters it declares."""

    def run(columns: tuple[pa.ChunkedArray, ...]) -> pa.Array:
        if count == 1 or (pc.count_distinct(columns[1]).as_py() < 2 and count == 2):
            coded = columns[0].combine_chunks().dictionary_encode()
            rest = [column[0].as_py() for column in columns[1:]] if len(columns[0]) else []
            values = coded.dictionary.to_pylist()
            changed = [None if value is None else function(value, *rest) for value in values]
            return pa.array(changed, type=pa.string()).take(coded.indices)
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return pa.array(
            [None if row[0] is None else function(*row) for row in rows], type=pa.string()
        )

    shapes: dict[int, Callable[..., pa.Array]] = {
        1: lambda a: run((a,)),
        2: lambda a, b: run((a, b)),
        4: lambda a, b, c, d: run((a, b, c, d)),
    }
    return shapes[count]


def _name_part(redactor: Redactor) -> Callable[..., str]:
    def part(own: str, first: str | None, last: str | None, which: str) -> str:
        whole = f"{first or ''}\x1f{last or ''}"
        changed = redactor.value(whole, _ANY)
        return changed.split("\x1f")[0 if which == "first" else 1] if changed != whole else own

    return part


def register(con: duckdb.DuckDBPyConnection, redactor: Redactor) -> None:
    """Make the functions of a redactor known to a connection."""
    text = "VARCHAR"
    for name, function, count in (
        ("redacted", redactor.value, 2),
        ("scrubbed", redactor.scrub, 1),
        ("name_part", _name_part(redactor), 4),
    ):
        con.create_function(
            name,
            _vector(function, count),
            [text] * count,
            text,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def rewrite_warehouse(
    warehouse: Path,
    contracts: Iterable[Contract],
    redactor: Redactor,
    *,
    load_id: int | None = None,
) -> int:
    """Copy the raw schema into a fresh file without the erased; return the number of rows changed.

    What was derived from it is left out: the next run makes it again. With ``load_id`` only rows
    of that load are looked at, and the file stays as it is where none of them changes.
    """
    by_table = {contract.table: contract for contract in contracts}
    changed = 0

    def write(con: duckdb.DuckDBPyConnection, tables: list[str]) -> bool:
        nonlocal changed
        register(con, redactor)
        for table in tables:
            columns = _columns(con, "old", "raw", table)
            sql = _raw_select(table, columns, by_table.get(table), load_id)
            name = f"raw.{quote(table)}"
            con.execute(f"create table {name} as {sql}")
            row = con.execute(f"select count(*) from {name} where is_about").fetchone()
            changed += int(row[0]) if row else 0
            con.execute(f"alter table {name} drop column is_about")
        return bool(changed) or load_id is None

    write_anew(warehouse, write)
    return changed


def write_anew(
    warehouse: Path, write: Callable[[duckdb.DuckDBPyConnection, list[str]], bool]
) -> None:
    """Fill the raw schema of a fresh file, which takes the warehouse's place.

    ``write`` gets a connection to the fresh file, which has the warehouse as ``old``, and the names
    of its raw tables; where it returns False the warehouse stays as it is. What was derived from
    raw is left out: the next run makes it again.
    """
    fresh = warehouse.with_name(warehouse.name + _SUFFIX)
    fresh.unlink(missing_ok=True)
    settings = {**connection_settings(), "preserve_insertion_order": True}
    try:
        with duckdb.connect(str(fresh), config=settings) as con:
            con.execute(f"set temp_directory = {literal(warehouse.parent / 'tmp')}")
            con.execute(f"attach {literal(warehouse)} as old (read_only)")
            con.execute("create schema raw")
            tables = con.execute(
                "select table_name from duckdb_tables() where database_name = 'old'"
                " and schema_name = 'raw' order by table_name"
            ).fetchall()
            is_changed = write(con, [table for (table,) in tables])
            con.execute("detach old")
            con.execute("checkpoint")
        if is_changed:
            write_apart(fresh)
            _replace(fresh, warehouse)
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)


def _columns(
    con: duckdb.DuckDBPyConnection, database: str, schema: str, table: str
) -> list[tuple[str, str]]:
    return con.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ?"
        " and schema_name = ? and table_name = ? order by column_index",
        [database, schema, table],
    ).fetchall()


def _raw_select(
    table: str,
    columns: list[tuple[str, str]],
    contract: Contract | None,
    load_id: int | None,
) -> str:
    """Build the query of a raw table without the erased; its last column marks changed rows."""
    kinds = {item.raw_name: item for item in contract.columns} if contract else {}
    mapped = mapped_columns(contract) if contract else frozenset()
    guard = "true"
    names = {name for name, _ in columns}
    if load_id is not None:
        guard = next((f"{n} = {load_id}" for n in ("_load_id", "load_id") if n in names), "true")
    inner, outer, tests = [], [], []
    for place, (name, kind) in enumerate(columns):
        column, cell = kinds.get(name), quote(name)
        if kind != "VARCHAR" or (column and column.kind not in ("text", "id", "email")):
            outer.append(cell)
            continue
        system = contract.system if contract and column and column.kind == "id" else _ANY
        new = quote(f"new_{place}")
        inner.append(f"{_redacted(cell, literal(system), guard)} as {new}")
        tests.append(f"{new} is distinct from {cell}")
        shown = new
        for which, other in (("first", "last"), ("last", "first")):
            ending = f"{which}_name"
            pair = name.removesuffix(ending) + f"{other}_name"
            if name.endswith(ending) and pair in names:
                first, last = (cell, quote(pair)) if which == "first" else (quote(pair), cell)
                inner.pop()
                inner.append(
                    f"case when {guard} then name_part({cell}, {first}, {last}, '{which}')"
                    f" else {cell} end as {new}"
                )
        if name == "_extra":
            shown = f"case when is_about then null else {new} end"
        elif (
            column
            and column.private
            and not _NAMES.search(column.name)
            and column.name not in mapped
        ):
            shown = f"case when is_about then scrubbed({new}) else {new} end"
        outer.append(f"{shown} as {cell}")
    about = " or ".join(tests) or "false"
    source = f"select *{''.join(', ' + item for item in inner)} from old.raw.{quote(table)}"
    marked = f"select *, ({about}) as is_about from ({source})"
    return f"select {', '.join(outer)}, is_about from ({marked})"


def _redacted(cell: str, system: str, guard: str = "true") -> str:
    return f"case when {guard} then redacted({cell}, {system}) else {cell} end"


def rewrite_published(
    database: Path, redactor: Redactor
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Write a published file anew; return its tables, and its size and hash.

    The file is replaced in one step: a reader that has the old one open reads on from that.
    """
    fresh = database.with_name(database.name + _SUFFIX)
    fresh.unlink(missing_ok=True)
    tables: dict[str, dict[str, Any]] = {}
    settings = {**connection_settings(), "preserve_insertion_order": True}
    try:
        with duckdb.connect(str(fresh), config=settings) as con:
            register(con, redactor)
            con.execute("set TimeZone = 'UTC'")
            con.execute(f"attach {literal(database)} as old (read_only)")
            listed = con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'old'"
                " order by all"
            ).fetchall()
            for schema, table in listed:
                name = f"{quote(schema)}.{quote(table)}"
                con.execute(f"create schema if not exists {quote(schema)}")
                columns = _columns(con, "old", schema, table)
                items, _ = _published_columns(columns)
                order = READ_ORDER if table in SORTED_TABLES else ""
                con.execute(f"create table {name} as select {items} from old.{name} {order}")
            con.execute("detach old")
            for schema, table in listed:
                rows, digest = content_hash(con, schema, table)
                tables[f"{schema}.{table}"] = {"rows": rows, "content_hash": digest}
            con.execute("checkpoint")
        write_apart(fresh)
        fresh.chmod(0o444)
        file = {"bytes": fresh.stat().st_size, "sha256": file_sha256(fresh)}
        _replace(fresh, database)
    finally:
        fresh.unlink(missing_ok=True)
    return tables, file


def _published_columns(columns: list[tuple[str, str]]) -> tuple[str, str]:
    names = [name for name, _ in columns]
    owner = next((name for name in ("system", "source_system") if name in names), None)
    items, tests = [], []
    for name, kind in columns:
        cell = quote(name)
        if kind != "VARCHAR":
            items.append(cell)
            continue
        system = (
            f"coalesce({quote(owner)}, '{_ANY}')" if owner and name == "alias" else literal(_ANY)
        )
        items.append(f"{_redacted(cell, system)} as {cell}")
        tests.append(f"redacted({cell}, {system}) is distinct from {cell}")
    return ", ".join(items), " or ".join(tests)


def rewrite_store(path: Path, redactor: Redactor) -> int:
    """Write a store anew without the notes of erased persons; return the number of rows that went.

    All notes of a session go in any row of which an erased text stands, also where it is the coach
    or only named: so does the landed row lose its notes.
    """
    fresh = path.with_name(path.name + _SUFFIX)
    fresh.unlink(missing_ok=True)
    gone = 0
    try:
        with open_fresh(fresh) as con:
            register(con, redactor)
            con.execute(f"attach {literal(path)} as old (read_only)")
            con.execute("create schema core; create schema private;")
            con.execute("create table core.dim_clock as from old.core.dim_clock")
            items, _ = _published_columns(_columns(con, "old", "core", "dim_reporting_line"))
            con.execute(
                f"create table core.dim_reporting_line as select {items}"
                " from old.core.dim_reporting_line"
            )
            for table, key in (("session_note", "session_id"), ("open_action", "action_id")):
                _, changed = _published_columns(_columns(con, "old", "private", table))
                about = f"select {key} from old.private.{table} where {changed}"
                con.execute(
                    f"create table private.{table} as from old.private.{table}"
                    f" where {key} not in ({about})"
                )
                row = con.execute(
                    f"select (select count(*) from old.private.{table})"
                    f" - (select count(*) from private.{table})"
                ).fetchone()
                gone += int(row[0]) if row else 0
            con.execute("detach old")
            con.execute("checkpoint")
        write_apart(fresh)
        _replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return gone


def rewrite_files(
    files: Iterable[Path], redactor: Redactor, finder: Finder
) -> Mapping[str, list[Path]]:
    """Rewrite what else lies about: Parquet and text; what is neither and holds a text is removed.

    Only caches and states of tools are neither.
    """
    done: dict[str, list[Path]] = {"rewritten": [], "removed": []}
    for path in files:
        if path.suffix == ".parquet":
            if _rewrite_parquet(path, redactor):
                done["rewritten"].append(path)
            continue
        content = path.read_bytes()
        text = content.decode("utf-8", "surrogateescape")
        pattern = finder.in_text(text)
        if pattern is None or not pattern.search(text):
            continue
        if b"\0" in content or path.suffix in (".msgpack", ".gpickle"):
            path.unlink()
            done["removed"].append(path)
            continue
        mode = path.stat().st_mode
        fresh = path.with_name(path.name + _SUFFIX)
        fresh.write_bytes(
            pattern.sub(lambda found: redactor.value(found.group(0)), text).encode(
                "utf-8", "surrogateescape"
            )
        )
        fresh.chmod(mode & 0o777)
        _replace(fresh, path)
        done["rewritten"].append(path)
    return done


def _rewrite_parquet(path: Path, redactor: Redactor) -> bool:
    fresh = path.with_name(path.name + _SUFFIX)
    with duckdb.connect(":memory:") as con:
        register(con, redactor)
        source = f"read_parquet({literal(path)})"
        columns = [(row[0], row[1]) for row in con.execute(f"describe from {source}").fetchall()]
        items, tests = _published_columns(columns)
        row = con.execute(f"select count(*) from {source} where {tests or 'false'}").fetchone()
        if not row or not row[0]:
            return False
        con.execute(f"copy (select {items} from {source}) to {literal(fresh)} (format parquet)")
    _replace(fresh, path)
    return True


def _replace(fresh: Path, path: Path) -> None:
    fresh.replace(path)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    sync_folder(path.parent)
