"""Write down the rules of a build, and compare them with those of the build that is served.

Files join the results in the ``rules`` folder of a build: ``rules.parquet`` (one row per rule),
``changes.parquet`` and ``models.parquet``. Publishing loads them as ``quality.rule``,
``quality.rule_change`` and ``quality.model``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from quality.catalogue import CatalogueRule, catalogue
from quality.changes import Change, definition_changes, rule_changes, waiver_changes
from quality.models import MODELS_FILE, read_models
from quality.results import (
    CHANGE_COLUMNS,
    MODEL_COLUMNS,
    RULE_COLUMNS,
    connection_settings,
    identifier,
    literal,
)
from quality.waivers import Waiver

RULES_FILE = "rules.parquet"
CHANGES_FILE = "changes.parquet"


def review(
    project_root: Path,
    manifest_json: Path,
    warehouse: Path,
    *,
    build_id: str,
    previous: Path | None,
    waivers: Sequence[Waiver],
    out_dir: Path,
) -> list[Change]:
    """Write rules and changes of a build and return the changes, the weaker promises first.

    ``previous`` is the published database that is served now; None before the first. One that knew
    no catalogue yet is compared by ids and severities only.
    """
    with duckdb.connect(str(warehouse), read_only=True, config=connection_settings()) as con:
        as_of = _as_of(con)
        definitions = _records(con, "reference.indicators")
    rows = [_row(rule, build_id, waivers, as_of) for rule in catalogue(project_root, manifest_json)]
    changes = waiver_changes([], waivers, [row["rule_id"] for row in rows], as_of)
    previous_id = ""
    if previous is not None:
        with duckdb.connect(str(previous), read_only=True, config=connection_settings()) as con:
            before = _records(con, "quality.rule") or _records(con, "quality.rule_result")
            defined = _records(con, "reference.indicators")
        previous_id = str(before[0]["build_id"]) if before else ""
        changes = [
            *rule_changes(before, rows),
            *waiver_changes(before, waivers, [row["rule_id"] for row in rows], as_of),
            *definition_changes(defined, definitions),
        ]
    models = read_models(manifest_json, build_id)
    _write(out_dir / MODELS_FILE, MODEL_COLUMNS, models, "table_name")
    changes.sort(key=lambda change: (not change.is_weaker, change.subject, change.rule_id))
    _write(out_dir / RULES_FILE, RULE_COLUMNS, [tuple(row.values()) for row in rows], "rule_id")
    _write(
        out_dir / CHANGES_FILE,
        CHANGE_COLUMNS,
        [(build_id, previous_id, *astuple(change)) for change in changes],
        "rule_id, subject, change",
    )
    return changes


def waived_rules(rules_dir: Path) -> frozenset[str]:
    """Return the ids of the rules that are waived in a build."""
    path = rules_dir / RULES_FILE
    if not path.is_file():
        return frozenset()
    with duckdb.connect(":memory:") as con:
        found = con.execute(
            f"select rule_id from read_parquet({literal(path)}) where is_waived"
        ).fetchall()
    return frozenset(str(rule_id) for (rule_id,) in found)


def _row(
    rule: CatalogueRule, build_id: str, waivers: Iterable[Waiver], as_of: dt.date | None
) -> dict[str, Any]:
    waiver = next(
        (one for one in waivers if one.rule_id == rule.rule_id and one.counts(as_of)), None
    )
    return {
        "build_id": build_id,
        "rule_id": rule.rule_id,
        "rule_group": rule.group,
        "layer": rule.layer,
        "engine": rule.engine,
        "kind": rule.kind,
        "severity": rule.severity,
        "owner": rule.owner,
        "sentence": rule.sentence,
        "rationale": rule.rationale,
        "table_name": rule.table,
        "column_names": ", ".join(rule.columns),
        "pages": ", ".join(rule.pages),
        "marts": ", ".join(rule.marts),
        "tolerance_share": rule.tolerance_share,
        "tolerance_rows": rule.tolerance_rows,
        "accepted_values": "\n".join(rule.accepted),
        "definition": rule.definition,
        "definition_hash": rule.definition_hash,
        "is_waived": waiver is not None,
        "waiver_owner": waiver.owner if waiver else None,
        "waiver_reason": waiver.reason if waiver else None,
        "waived_until": waiver.until if waiver else None,
        "faults_sql": rule.faults_sql,
    }


def _as_of(con: duckdb.DuckDBPyConnection) -> dt.date | None:
    try:
        row = con.execute("select max(as_of_date) from core.dim_clock").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def _records(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table; none where there is no such table."""
    try:
        cursor = con.execute(f"select * from {table}")
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _write(
    path: Path, columns: dict[str, str], rows: Sequence[tuple[Any, ...]], order: str
) -> None:
    # Through Arrow: row by row DuckDB takes seconds for a thousand rules.
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    given = pa.table(dict(zip(columns, map(list, values), strict=True)))
    typed = ", ".join(
        f"cast({identifier(name)} as {kind}) as {name}" for name, kind in columns.items()
    )
    with duckdb.connect(":memory:") as con:
        con.register("given", given)
        con.execute(
            f"copy (select {typed} from given order by {order}) to {literal(path)} (format parquet)"
        )
