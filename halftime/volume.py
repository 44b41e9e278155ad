"""Remember how much the build that is served holds, so that a rule can see a sudden drop.

The rules read only the warehouse; what an earlier build held stands in its published file. So its
counts are copied into ``raw._earlier_volume`` before the rules are checked.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb

from halftime.home import Home, machine_errors
from halftime.privacy.retention import expired_since
from quality.results import connection_settings, literal

_CREATE = """
create or replace table raw._earlier_volume (
    build_id varchar, kind varchar, source_system varchar, object varchar, row_count bigint
)
"""


def remember_volume(home: Home, database: Path | None, last_load_id: int) -> int:
    """Copy the counts of a published file into the warehouse and return how many there are.

    ``database`` is the file served now; None before the first. Nothing is remembered where this
    build looks further back than the served one, by business date or by load: it holds less of
    right. What was removed since because of its age is taken off. Kinds are 'object' (accepted
    rows of an object) and 'table' (rows of a core table).
    """
    with (
        machine_errors("remember the volume of the served build"),
        duckdb.connect(str(home.warehouse), config=connection_settings()) as con,
    ):
        con.execute(_CREATE)
        if database is None or _looks_back(con, database, last_load_id):
            return 0
        manifest = _manifest(database)
        con.execute(f"attach {literal(database)} as served (read_only)")
        con.execute(
            "insert into raw._earlier_volume "
            "select ?, 'object', source_system, object, sum(accepted_rows) "
            "from served.quality.ledger group by source_system, object",
            [manifest["build_id"]],
        )
        con.execute("detach served")
        expired = expired_since(con, str(manifest["started_at"]))
        for system, name, _, rows in expired:
            con.execute(
                "update raw._earlier_volume set row_count = row_count - ?"
                " where kind = 'object' and source_system = ? and object = ?",
                [rows, system, name],
            )
        # A row of core may rest on any of them.
        gone = sum(rows for _, _, _, rows in expired)
        built = manifest.get("warehouse_rows", {})  # a council's build withholds rows
        tables = [
            (
                manifest["build_id"],
                "table",
                *name.split(".", 1),
                max(int(built.get(name, entry["rows"])) - gone, 0),
            )
            for name, entry in manifest["tables"].items()
            if name.startswith("core.")
        ]
        con.executemany("insert into raw._earlier_volume values (?, ?, ?, ?, ?)", tables)
        found = con.execute("select count(*) from raw._earlier_volume").fetchone()
    return int(found[0]) if found else 0


def _manifest(database: Path) -> dict:
    return dict(json.loads((database.parent / "manifest.json").read_text(encoding="utf-8")))


def _looks_back(con: duckdb.DuckDBPyConnection, database: Path, last_load_id: int) -> bool:
    manifest = _manifest(database)
    row = con.execute("select max(as_of_date) from core.dim_clock").fetchone()
    as_of = row[0] if row else None
    earlier_load = int((manifest.get("inputs") or {}).get("last_load_id") or 0)
    return (
        as_of is None
        or as_of < dt.date.fromisoformat(str(manifest["as_of"]))
        or last_load_id < earlier_load
    )
