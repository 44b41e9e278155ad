"""Remove rows that are older than the configuration keeps them, before a build reads them.

``sources: <system>: retention_days``. How old a row is, its contract says (``expires_by``,
``expires_with``): by the latest date of its record, so that all versions of a record go together
and a session takes its attendees along. A record without a readable date is as old as its landing.
How many rows of a file went is written down in ``raw._expired``, so that the ledger still adds up.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from halftime.console import Reporter
from halftime.contracts import Contract, load_contracts
from halftime.dbt import dbt_session
from halftime.errors import DataError
from halftime.hashing import quote
from halftime.home import PROJECT_ROOT, Home, machine_errors, utc_now
from halftime.privacy.people import published_files
from halftime.privacy.rewrite import write_anew
from quality.results import literal

_ROW = ("_source_file", "_source_row", "_source_cell", "_load_id")


@dataclass(frozen=True)
class Expiry:
    """How many rows of which systems were removed, and the published builds that still hold them.

    ``builds`` are those that were published before; they keep what they were published with.
    ``kept_from`` is the first day of which rows of a system are kept.
    """

    rows: Mapping[str, int]
    builds: tuple[str, ...]
    kept_from: Mapping[str, dt.date] = field(default_factory=dict)


def expire(
    home: Home,
    retention: Mapping[str, int],
    variables: Mapping[str, Any],
    reporter: Reporter,
    *,
    today: dt.date | None = None,
) -> Expiry:
    """Remove what is older than ``retention`` (days per system) from the warehouse's raw schema.

    To be called under the lock. ``today`` is the day of the clock on the wall (UTC), whatever day
    the build looks at. Raises :class:`DataError` if staging, which reads the dates, fails. The
    warehouse is written into a fresh file, for DuckDB keeps the bytes of deleted rows.
    """
    last_day = today or utc_now().date()
    contracts = [
        contract
        for (system, _), contract in sorted(load_contracts(PROJECT_ROOT).items())
        if system in retention and contract.can_expire
    ]
    if not contracts:
        return Expiry({}, ())
    _read_dates(home, contracts, variables, reporter)
    kept_from = {system: last_day - dt.timedelta(days=days) for system, days in retention.items()}
    with reporter.step("Removing what is too old"), machine_errors("remove what is too old"):
        removed = _remove(home, contracts, kept_from)
    builds = [path.parent.name for path in published_files(home)] if removed else []
    return Expiry(removed, tuple(builds), kept_from)


def expired_since(
    con: duckdb.DuckDBPyConnection, started_at: str
) -> list[tuple[str, str, int, int]]:
    """Return what was removed after a build began: system, object, rows, rows in force.

    ``started_at`` is the instant as the build's manifest has it.
    """
    began = dt.datetime.fromisoformat(started_at).astimezone(dt.UTC).replace(tzinfo=None)
    return con.execute(
        "select source_system, object, cast(sum(expired_rows) as bigint),"
        " cast(sum(accepted_rows) as bigint) from raw._expired where expired_at > ? group by all",
        [began],
    ).fetchall()


def _read_dates(
    home: Home, contracts: Iterable[Contract], variables: Mapping[str, Any], reporter: Reporter
) -> None:
    """Let staging read the dates of what was landed, corrections included."""
    models = [f"+stg_{contract.system}__{contract.object}" for contract in contracts]
    folder = home.temporary / "retention"
    try:
        with dbt_session(home) as dbt, reporter.step("Reading dates") as tick:
            done = dbt.run(
                "retention",
                [
                    *("build", "--exclude-resource-type", "test"),
                    *("--exclude-resource-type", "unit_test", "--select", *models),
                ],
                variables=variables,
                folder=folder,
                progress=tick,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if broken := done.broken():
        raise DataError(
            f"The dates of what was landed cannot be read; first {broken[0]['unique_id']}: "
            f"{broken[0].get('message')}",
            hint="Nothing was removed; the last published build is still served.",
        )


def _remove(
    home: Home, contracts: list[Contract], kept_from: Mapping[str, dt.date]
) -> dict[str, int]:
    """Write the raw schema anew without the rows that are too old; return how many per system."""
    removed: dict[str, int] = {}
    by_table = {contract.table: contract for contract in contracts}

    def write(con: duckdb.DuckDBPyConnection, tables: list[str]) -> bool:
        for contract in _parents_first(contracts):
            con.execute(_ages(con, contract))
            rows = _count(con, contract, kept_from[contract.system])
            removed[contract.system] = removed.get(contract.system, 0) + rows
        if not any(removed.values()):
            return False
        for table in tables:
            aging = by_table.get(table)
            kept = _anti_join(aging, kept_from[aging.system]) if aging else ""
            con.execute(
                f"create table raw.{quote(table)} as"
                f" select old_row.* from old.raw.{quote(table)} as old_row {kept}"
            )
        now = utc_now().replace(tzinfo=None)
        for contract in contracts:
            con.execute(_register(contract), [now, *[kept_from[contract.system]] * 2])
        return True

    write_anew(home.warehouse, write)
    return {system: rows for system, rows in removed.items() if rows}


def _parents_first(contracts: list[Contract]) -> Iterator[Contract]:
    yield from (contract for contract in contracts if not contract.expires_with)
    yield from (contract for contract in contracts if contract.expires_with)


def _ages(con: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """Return the statement that gives each row of an object the last day of its record."""
    staging = f"old.staging.stg_{contract.system}__{contract.object}"
    present = {row[0] for row in con.execute(f"describe {staging}").fetchall()}
    cell = "s._source_cell" if "_source_cell" in present else "cast(null as varchar)"
    landed = (
        "cast((select l.landed_at from old.raw._load as l where l.load_id = s._load_id) as date)"
    )
    if contract.expires_with:
        ((column, parent),) = contract.expires_with
        own = "null"
        key = f"cast(s.{quote(column)} as varchar)"
        last = (
            f"(select max(p.last_day) from {_aged(contract.system, parent)} as p"
            f" where p.record = {key})"
        )
    else:
        dates = ", ".join(f"cast(s.{quote(name)} as date)" for name in contract.expires_by)
        own = f"greatest({dates}, null)"
        parts = [f"cast(s.{quote(name)} as varchar)" for name in contract.key]
        key = parts[0] if len(parts) == 1 else _whole(parts)
        last = f"max({own}) over (partition by {key})"
        last = f"case when {key} is null then {own} else {last} end"
    return (
        f"create temp table {_aged(contract.system, contract.object)} as"
        f" select {key} as record, coalesce({last}, {landed}) as last_day, s.row_status,"
        f" s._source_file, s._source_row, {cell} as _source_cell, s._load_id"
        f" from {staging} as s"
    )


def _whole(parts: list[str]) -> str:
    """Return the key of several columns; NULL where the first is, for then it names no record."""
    rest = " || ".join(f"'|' || coalesce({part}, '')" for part in parts[1:])
    return f"{parts[0]} || {rest}"


def _aged(system: str, name: str) -> str:
    return quote(f"aged_{system}__{name}")


def _count(con: duckdb.DuckDBPyConnection, contract: Contract, first_day: dt.date) -> int:
    row = con.execute(
        f"select count(*) from {_aged(contract.system, contract.object)} where last_day < ?",
        [first_day],
    ).fetchone()
    return int(row[0]) if row else 0


def _anti_join(contract: Contract, first_day: dt.date) -> str:
    same = " and ".join(f"aged.{name} is not distinct from old_row.{name}" for name in _ROW)
    if contract.object != "matrix":  # only there a row has cells of its own
        same = same.replace("aged._source_cell is not distinct from old_row._source_cell", "true")
    return (
        f"where not exists (select 1 from {_aged(contract.system, contract.object)} as aged"
        f" where aged.last_day < {literal(first_day.isoformat())}::date and {same})"
    )


def _register(contract: Contract) -> str:
    """Return the statement that writes down how many rows of each file went."""
    return (
        "insert into raw._expired by name select _load_id as load_id,"
        f" {literal(contract.system)} as source_system, {literal(contract.object)} as object,"
        " _source_file as source_file, count(*) as expired_rows,"
        " count(*) filter (where row_status = 'accepted') as accepted_rows,"
        " min(last_day) filter (where row_status = 'accepted') as first_day,"
        " cast(? as timestamp) as expired_at, cast(? as date) as retained_from"
        f" from {_aged(contract.system, contract.object)} where last_day < cast(? as date)"
        " group by _load_id, _source_file"
    )
