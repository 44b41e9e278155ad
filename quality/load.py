"""Load rule results and failing keys into the published database."""

from __future__ import annotations

from pathlib import Path

import duckdb

from quality.results import (
    CHANGE_COLUMNS,
    FAILURE_COLUMNS,
    MODEL_COLUMNS,
    RESULT_COLUMNS,
    RULE_COLUMNS,
    identifier,
    literal,
)

#: Tables of the published file that the ``rules`` folder of a build fills, and its files' names.
RULE_TABLES = {
    "rule_result": ("*_results.parquet", RESULT_COLUMNS),
    "rule_failure": ("*_failures.parquet", FAILURE_COLUMNS),
    "rule": ("rules.parquet", RULE_COLUMNS),
    "rule_change": ("changes.parquet", CHANGE_COLUMNS),
    "model": ("models.parquet", MODEL_COLUMNS),
}
_ORDERS = {
    "rule_result": "rule_id, engine, table_name, severity, sentence",
    "rule_failure": "rule_id, table_name, key",
    "rule": "rule_id, engine",
    "rule_change": "is_weaker desc, subject, rule_id, change",
    "model": "table_name",
}


def load_rule_tables(con: duckdb.DuckDBPyConnection, rules_dir: Path) -> None:
    """Create the tables about rules from the files of a build.

    Rows are written in a total order. A missing file counts as empty: the tables always exist.
    """
    con.execute("create schema if not exists quality")
    for table, (pattern, columns) in RULE_TABLES.items():
        typed = ", ".join(
            f"cast({identifier(name)} as {kind}) as {name}" for name, kind in columns.items()
        )
        files = sorted(rules_dir.glob(pattern))
        if files:
            listed = ", ".join(literal(file) for file in files)
            source = f"select {typed} from read_parquet([{listed}]) order by {_ORDERS[table]}"
        else:
            empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
            source = f"select {empty} where false"
        con.execute(f"create or replace table quality.{table} as {source}")
