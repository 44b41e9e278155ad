"""The raw schema of the warehouse: its tables, and what is written into them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from halftime.contracts import Contract
from halftime.errors import LockedError, MachineError
from halftime.home import file_in_use, is_file_in_use
from halftime.landing.header import HeaderMatch
from halftime.landing.spec import FileReport
from halftime.landing.typed_readers import Scan, identifier, literal

_DATA_COLUMNS = (
    ("_extra", "varchar"),
    ("_row_problem", "varchar"),
    ("_source_file", "varchar"),
    ("_source_row", "bigint"),
    ("_source_cell", "varchar"),
    ("_file_date", "date"),
    ("_load_id", "bigint"),
    ("_landed_at", "timestamp"),
)
_REGISTERS = {
    "_load": "load_id bigint, landed_at timestamp, landing varchar",
    "_file": (
        "load_id bigint, source_system varchar, object varchar, source_file varchar, "
        "sha256 varchar, bytes bigint, format varchar, encoding varchar, delimiter varchar, "
        "source_rows bigint, landed_rows bigint, status varchar, reason_code varchar, "
        "reason varchar, landed_at timestamp, file_date date"
    ),
    "_column": (
        "load_id bigint, source_system varchar, object varchar, source_file varchar, "
        "column_name varchar, header varchar, finding varchar, detail varchar"
    ),
    "_expired": (
        "load_id bigint, source_system varchar, object varchar, source_file varchar, "
        "expired_rows bigint, accepted_rows bigint, first_day date, expired_at timestamp, "
        "retained_from date"
    ),
}
_UNCOMPRESSED_FILE_BYTES = 256 << 20
_FINDINGS_AT_ONCE = 200
_OWN_FAULTS = ("no space left", "permission denied", "file too large", "read-only file system")


@dataclass(frozen=True)
class Lineage:
    """What every row of a file carries besides its number."""

    source_file: str
    load_id: int
    landed_at: datetime
    file_date: date | None = None


def table_name(contract: Contract) -> str:
    """Qualified and quoted name of a contract's raw table."""
    return f"raw.{identifier(contract.table)}"


def ensure_raw_tables(con: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]) -> None:
    """Create what is missing in schema ``raw``: registers, a table per contract, new columns."""
    con.execute("create schema if not exists raw")
    for name, columns in _REGISTERS.items():
        con.execute(f"create table if not exists raw.{name} ({columns})")
    con.execute("alter table raw._file add column if not exists file_date date")
    existing: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'raw' and table_catalog = current_database()",
    ).fetchall():
        existing.setdefault(table, set()).add(column)
    for contract in contracts:
        wanted = [*((column.raw_name, "varchar") for column in contract.columns), *_DATA_COLUMNS]
        known = existing.get(contract.table)
        if known is None:
            columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in wanted)
            con.execute(f"create table {table_name(contract)} ({columns})")
            continue
        for name, kind in wanted:
            if name not in known:
                con.execute(
                    f"alter table {table_name(contract)} add column {identifier(name)} {kind}",
                )


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Add the time of the block to ``seconds``."""
    begun = time.monotonic()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + time.monotonic() - begun


@contextmanager
def open_warehouse(
    warehouse: Path, seconds: dict[str, float]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, with bounded memory; add the time of closing to ``seconds``.

    Raises :class:`MachineError` if it cannot be opened or written (rights, full disk) and
    :class:`LockedError` if another process has it open.
    """
    try:
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        con = duckdb.connect(
            str(warehouse),
            config={
                "memory_limit": os.environ.get("HALFTIME_LANDING_MEMORY_LIMIT", "1GB"),
                "threads": os.environ.get("HALFTIME_DUCKDB_THREADS", str(os.cpu_count() or 2)),
                "preserve_insertion_order": "false",
                "temp_directory": str(warehouse.parent / "tmp"),
                "autoinstall_known_extensions": "false",
            },
        )
        con.execute("set TimeZone = 'UTC'")
    except (OSError, duckdb.Error) as error:
        raise machine_error(error, warehouse) from error
    try:
        yield con
    finally:
        with timed(seconds, "close"):
            con.close()


def machine_error(error: Exception, warehouse: Path) -> MachineError | LockedError:
    """Say in one sentence that the machine, not the data, stopped landing."""
    message = (str(error).splitlines() or ["unknown"])[0]
    if is_file_in_use(message):
        return file_in_use(f"'{warehouse}' cannot be written")
    return MachineError(
        f"The warehouse '{warehouse}' cannot be written: {message}",
        hint="Check the rights of the folder and the free space of the disk, or choose another "
        "--home.",
    )


def is_readable(scan: Scan) -> bool:
    """Whether all values of a scan can be read where nothing is written.

    DuckDB says of a damaged file what it says of a full disk, without the file's name.
    """
    try:
        with duckdb.connect() as con:
            values = ", ".join(f"min({value})" for value in scan.expressions)
            con.execute(f"select {values or 'count(*)'} from {scan.relation}")
    except duckdb.Error:
        return False
    return True


def is_own_fault(error: Exception, source: Path) -> bool:
    """Whether an error comes from the warehouse's side and not from the file that is read."""
    message = str(error).lower()
    if isinstance(
        error,
        duckdb.OutOfMemoryException | duckdb.FatalException | duckdb.TransactionException,
    ):
        return True
    if any(fault in message for fault in _OWN_FAULTS):
        return True
    return isinstance(error, duckdb.IOException) and str(source).lower() not in message


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection, seconds: dict[str, float]) -> Iterator[None]:
    """Commit what the block writes, or nothing of it; add the commit's time to ``seconds``."""
    con.execute("begin transaction")
    try:
        yield
        with timed(seconds, "commit"):
            con.execute("commit")
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction itself
            con.execute("rollback")
        raise


def choose_compression(con: duckdb.DuckDBPyConnection, file_bytes: int) -> None:
    """Write the rows of ordinary files as they are: compressing them takes twice the time.

    Only the rows of large files are compressed, where the disk would feel the difference.
    """
    method = "uncompressed" if file_bytes <= _UNCOMPRESSED_FILE_BYTES else "auto"
    con.execute(f"set force_compression = '{method}'")


def next_load_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next load, counted from 1."""
    row = con.execute("select coalesce(max(load_id), 0) + 1 from raw._load").fetchone()
    return int(row[0]) if row else 1


def record_load(
    con: duckdb.DuckDBPyConnection,
    load_id: int,
    landed_at: datetime,
    landing: str,
) -> None:
    """Write the load into ``raw._load`` unless it stands there."""
    con.execute(
        "insert into raw._load select ?, ?, ? "
        "where not exists (select 1 from raw._load where load_id = ?)",
        [load_id, landed_at, landing, load_id],
    )


def record_file(
    con: duckdb.DuckDBPyConnection,
    load_id: int,
    landed_at: datetime,
    report: FileReport,
) -> None:
    """Write a file's fate and its column findings into ``raw._file`` and ``raw._column``."""
    con.execute(
        "insert into raw._file values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load_id,
            report.system,
            report.object,
            report.file,
            report.sha256,
            report.bytes,
            report.format,
            report.encoding,
            report.delimiter,
            report.source_rows,
            report.rows,
            report.status,
            report.reason_code,
            report.reason,
            landed_at,
            report.file_date,
        ],
    )
    file = [load_id, report.system, report.object, report.file]
    for start in range(0, len(report.columns), _FINDINGS_AT_ONCE):
        some = report.columns[start : start + _FINDINGS_AT_ONCE]
        con.execute(
            f"insert into raw._column values {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?)'] * len(some))}",
            [
                value
                for item in some
                for value in (*file, item.column, item.header, item.finding, item.detail)
            ],
        )


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    match: HeaderMatch,
    scan: Scan,
    lineage: Lineage,
) -> int:
    """Insert what a scan yields into the contract's raw table; return the number of rows."""
    names = [column.raw_name for column in contract.columns]
    values = []
    is_private = _is_private(contract, match, scan)
    for column, position, constant in zip(
        contract.columns, match.positions, match.constants, strict=True
    ):
        if position is not None and column.withheld and is_private:
            values.append(f"case when not ({is_private}) then {scan.expressions[position]} end")
        elif position is not None:
            values.append(scan.expressions[position])
        elif constant is None:
            values.append("null")
        elif scan.problem == "null":
            values.append(literal(constant))
        else:
            values.append(f"case when {scan.problem} is null then {literal(constant)} end")
    if match.key is not None:
        place, parts = match.key
        values[place] = _key([values[part] for part in parts])
    columns = ", ".join(identifier(name) for name in [*names, *(n for n, _ in _DATA_COLUMNS)])
    row = con.execute(
        f"insert into {table_name(contract)} ({columns}) "
        f"select {', '.join(values)}, {_extra(match, scan, is_private)}, {scan.problem}, "
        f"{literal(lineage.source_file)}, {scan.row}, {scan.cell}, "
        f"cast({literal(str(lineage.file_date)) if lineage.file_date else 'null'} as date), "
        f"{lineage.load_id}, "
        f"cast({literal(lineage.landed_at.isoformat())} as timestamp) "
        f"from {scan.relation}",
    ).fetchone()
    return int(row[0]) if row else 0


def _key(parts: list[str]) -> str:
    """Build SQL of an id made of several values; blanks and case at their edges do not count.

    The same values give the same id in every load; the id is NULL if all of them are blank.
    """
    plain = [
        f"lower(trim(regexp_replace(replace(cast({part} as varchar), chr(160), ' '), "
        f"'\\s+', ' ', 'g')))"
        for part in parts
    ]
    joined = ", ".join(f"coalesce({part}, '')" for part in plain)
    blank = " and ".join(f"coalesce({part}, '') = ''" for part in plain)
    return f"case when not ({blank}) then 'key:' || md5(concat_ws(chr(31), {joined})) end"


def mark_collisions(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    match: HeaderMatch,
    source_file: str,
    load_id: int,
) -> None:
    """Mark rows of a file that share a computed id but say different things.

    Which of them would be the record cannot be told, so staging rejects them all.
    """
    if match.key is None:
        return
    key = identifier(contract.columns[match.key[0]].raw_name)
    content = ", ".join(
        f"coalesce({identifier(column.raw_name)}, '')" for column in contract.columns
    )
    rows = (
        f"_source_file = {literal(source_file)} and _load_id = {load_id} and _row_problem is null"
    )
    con.execute(
        f"update {table_name(contract)} set _row_problem = 'key_collision' where {rows} "
        f"and {key} in (select {key} from {table_name(contract)} where {rows} group by {key} "
        f"having min(md5(concat_ws(chr(31), {content}))) "
        f"<> max(md5(concat_ws(chr(31), {content}))))",
    )


def _is_private(contract: Contract, match: HeaderMatch, scan: Scan) -> str:
    """Build SQL that tells rows whose ``withheld`` columns are not landed; blank if none could be.

    A row is public only if all columns that say so are blank or hold one of their public values: an
    unknown word, or a row that is no sound record, is private.
    """
    tests = [] if scan.problem == "null" else [f"{scan.problem} is not null"]
    guards = [column for column in contract.columns if column.public_values]
    for column, position in zip(contract.columns, match.positions, strict=True):
        if column.public_values and position is not None:
            public = ", ".join(literal(value) for value in ("", *column.public_values))
            text = f"trim(replace(lower({scan.expressions[position]}), chr(160), ' '))"
            tests.append(f"coalesce({text}, '') not in ({public})")
    return " or ".join(tests) if guards else ""


def _extra(match: HeaderMatch, scan: Scan, is_private: str = "") -> str:
    """Build SQL of the JSON object that keeps unknown columns and what did not fit.

    Missing values are left out; the object is NULL if nothing remains. Private rows keep none.
    """
    members = [
        f"{literal(json.dumps(name, ensure_ascii=False) + ':')} || "
        f"cast(to_json({scan.expressions[place]}) as varchar)"
        for name, place in match.extras
    ]
    if scan.rest != "null":
        members.append(f"{scan.rest}[2:-2]")
    if not members:
        return "null"
    kept = f"nullif('{{' || concat_ws(',', {', '.join(members)}) || '}}', '{{}}')"
    return f"case when not ({is_private}) then {kept} end" if is_private else kept
