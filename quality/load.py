"""Load rule results and failing keys into the published database."""

from __future__ import annotations

from pathlib import Path

import duckdb

from quality.results import FAILURE_COLUMNS, RESULT_COLUMNS, identifier, literal


def load_rule_tables(con: duckdb.DuckDBPyConnection, rules_dir: Path) -> None:
    """Create ``quality.rule_result`` and ``quality.rule_failure`` from the files of a build.

    Rows are written in a total order. A missing file counts as empty: both tables always exist.
    """
    con.execute("create schema if not exists quality")
    for table, columns, order in (
        ("rule_result", RESULT_COLUMNS, "rule_id, engine, table_name, severity, sentence"),
        ("rule_failure", FAILURE_COLUMNS, "rule_id, table_name, key"),
    ):
        typed = ", ".join(
            f"cast({identifier(name)} as {kind}) as {name}" for name, kind in columns.items()
        )
        suffix = table.removeprefix("rule_") + "s"
        files = sorted(rules_dir.glob(f"*_{suffix}.parquet"))
        if files:
            listed = ", ".join(literal(file) for file in files)
            source = f"select {typed} from read_parquet([{listed}]) order by {order}"
        else:
            empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
            source = f"select {empty} where false"
        con.execute(f"create or replace table quality.{table} as {source}")
