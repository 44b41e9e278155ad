"""Rule results and failing keys: their shape, and how they wait as Parquet for publication."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import duckdb

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")

#: Failing keys kept per rule; the true number of failing rows stands in ``unexpected_rows``.
KEY_CAP = 500

RESULT_COLUMNS = {
    "build_id": "varchar",
    "rule_id": "varchar",
    "layer": "varchar",
    "engine": "varchar",
    "severity": "varchar",
    "succeeded": "boolean",
    "evaluated_rows": "bigint",
    "unexpected_rows": "bigint",
    "sentence": "varchar",
    "owner": "varchar",
    "table_name": "varchar",
    "message": "varchar",
}
FAILURE_COLUMNS = {
    "build_id": "varchar",
    "rule_id": "varchar",
    "table_name": "varchar",
    "key": "varchar",
}
RULE_COLUMNS = {
    "build_id": "varchar",
    "rule_id": "varchar",
    "rule_group": "varchar",
    "layer": "varchar",
    "engine": "varchar",
    "kind": "varchar",
    "severity": "varchar",
    "owner": "varchar",
    "sentence": "varchar",
    "rationale": "varchar",
    "table_name": "varchar",
    "column_names": "varchar",
    "pages": "varchar",
    "marts": "varchar",
    "tolerance_share": "double",
    "tolerance_rows": "bigint",
    "accepted_values": "varchar",
    "definition": "varchar",
    "definition_hash": "varchar",
    "is_waived": "boolean",
    "waiver_owner": "varchar",
    "waiver_reason": "varchar",
    "waived_until": "date",
    "faults_sql": "varchar",
}
CHANGE_COLUMNS = {
    "build_id": "varchar",
    "previous_build_id": "varchar",
    "subject": "varchar",
    "rule_id": "varchar",
    "change": "varchar",
    "is_weaker": "boolean",
    "sentence": "varchar",
    "before": "varchar",
    "after": "varchar",
}
MODEL_COLUMNS = {
    "build_id": "varchar",
    "table_name": "varchar",
    "kind": "varchar",
    "description": "varchar",
    "reads": "varchar",
    "sql": "varchar",
}


class Cursor(Protocol):
    """What this package needs of a database cursor; DuckDB's own connection is one."""

    def execute(self, query: str, /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""


@dataclass(frozen=True)
class RuleResult:
    """The outcome of one rule on one build.

    ``evaluated_rows`` are the rows the rule looked at, ``unexpected_rows`` those at fault (also
    when a tolerance let the rule succeed); of a rule about a table's columns, both are columns.
    ``message`` says why a rule failed where the sentence does not.
    """

    build_id: str
    rule_id: str
    layer: str
    engine: str
    severity: str
    succeeded: bool
    evaluated_rows: int
    unexpected_rows: int
    sentence: str
    owner: str
    table_name: str
    message: str | None = None

    @property
    def was_checked(self) -> bool:
        """Tell whether the rule could be checked at all; only then can it be waived."""
        return not (self.message or "").startswith("Could not be checked.")


def literal(value: object) -> str:
    """Quote a value as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def relation(table: str) -> str:
    """Quote ``schema.table``."""
    schema, _, name = table.partition(".")
    return f"{identifier(schema)}.{identifier(name)}"


def private(message: str) -> str:
    """Shorten an engine's message and mask quoted values, which may be private text."""
    text = re.split(r"\n\s*\n|\[SQL:|LINE \d+:", message.strip(), maxsplit=1)[0]
    text = re.sub(r"\(_duckdb\.\w+\)\s*", "", text)
    text = re.sub(r"'(?:[^']|'')*'", "'…'", text)
    keep = None if re.search(r"Conversion|Invalid Input", text) else re.compile(r'"[\w.]+"')
    text = re.sub(
        r'"[^"]*"',
        lambda quoted: quoted[0] if keep and keep.fullmatch(quoted[0]) else '"…"',
        text,
    )
    return " ".join(text.split())[:300]


def connection_settings() -> dict[str, Any]:
    """Return the settings of a reading connection: the same limits that the dbt profile has."""
    settings: dict[str, Any] = {
        "threads": os.environ.get("HALFTIME_DUCKDB_THREADS", "2"),
        "memory_limit": os.environ.get("HALFTIME_MEMORY_LIMIT", "3GB"),
    }
    if "HALFTIME_TEMP_DIRECTORY" in os.environ:
        settings["temp_directory"] = os.environ["HALFTIME_TEMP_DIRECTORY"]
    return settings


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())


def create_failure_table(cursor: Cursor) -> None:
    """Create the temporary table that collects failing keys (allowed on a read-only file)."""
    cursor.execute(f"create or replace temporary table rule_failure ({_columns(FAILURE_COLUMNS)})")


def write_failures(cursor: Cursor, path: Path) -> None:
    """Write the collected failing keys as Parquet, in a total order."""
    cursor.execute(
        f"copy (select * from rule_failure order by all) to {literal(path)} (format parquet)",
    )


def write_results(results: Sequence[RuleResult], path: Path) -> None:
    """Write rule results as Parquet, ordered by rule, engine and table."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"create table rule_result ({_columns(RESULT_COLUMNS)})")
        if results:
            marks = ", ".join("?" for _ in RESULT_COLUMNS)
            con.executemany(
                f"insert into rule_result values ({marks})",
                [astuple(result) for result in results],
            )
        con.execute(
            "copy (select * from rule_result order by rule_id, engine, table_name) "
            f"to {literal(path)} (format parquet)",
        )


def read_results(rules_dir: Path) -> list[RuleResult]:
    """Read the rule results of all engines that lie in the ``rules`` folder of a build."""
    files = sorted(rules_dir.glob("*_results.parquet"))
    if not files:
        return []
    names = ", ".join(identifier(name) for name in RESULT_COLUMNS)
    with duckdb.connect(":memory:") as con:
        rows = con.execute(
            f"select {names} from read_parquet(?) order by rule_id, engine, table_name",
            [[str(file) for file in files]],
        ).fetchall()
    return [RuleResult(*row) for row in rows]
