"""How many rows each step of the road had before it, counted where the step left them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

#: What the rows of a step are, in the words of the page.
MEANING = (
    "Rows: of sample and the whole run those of the files, of land those that were landed, of run",
    "those that seeds and models wrote, of test and validate those that the rules looked at (a row",
    "counts for each rule), of publish those of the published tables.",
)


def step_rows(home: Path, whole_run: str) -> dict[str, int]:
    """Return rows by step of a published home; ``whole_run`` is the name of all steps together."""
    current = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    manifest = home / "published" / current["build_id"] / "manifest.json"
    tables = json.loads(manifest.read_text(encoding="utf-8"))["tables"]
    with duckdb.connect(str(home / "published" / current["database"]), read_only=True) as con:
        files = _one(con, "select coalesce(sum(source_rows), 0) from quality.ledger")
        looked_at = {
            engine: _one(
                con,
                "select coalesce(sum(evaluated_rows), 0) from quality.rule_result "
                f"where engine = '{engine}'",
            )
            for engine in ("dbt", "great_expectations")
        }
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        landed = _written(con, "schema_name = 'raw' and table_name not like '\\_%' escape '\\'")
        written = _written(con, "schema_name <> 'raw'")
    return {
        "sample": files,
        "land": landed,
        "run (seeds and models)": written,
        "test": looked_at["dbt"],
        "validate": looked_at["great_expectations"],
        "publish": sum(int(table["rows"]) for table in tables.values()),
        whole_run: files,
    }


def _written(con: duckdb.DuckDBPyConnection, which: str) -> int:
    """Return the rows of all tables, not views, of a warehouse that a condition picks."""
    tables = con.execute(
        f"select schema_name, table_name from duckdb_tables() where not internal and {which}"
    ).fetchall()
    return sum(_one(con, f'select count(*) from "{schema}"."{name}"') for schema, name in tables)


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0
