"""Read from one published build everything that an auditor asks for.

Nothing is worked out again here: each section is a table of the published file, the manifest beside
it, or the code that made it. Texts about people are not in a published file, so they cannot be in
the pack.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from halftime import chain
from halftime.errors import UsageError
from halftime.hashing import file_sha256
from halftime.home import PROJECT_ROOT, Home, machine_errors

Progress = Callable[[int, int, str], None]
Rows = list[dict[str, Any]]

#: The ledger, with no number where the reader could not count. Asked of the list of files, which
#: has always had no number there, so that it holds for builds from before the ledger said so.
_LEDGER = """
    (
        select l.*, f.source_file is not null as is_unknown
        from (
            -- A build from before rows could expire has no such column.
            select * from quality.ledger
            union all by name select cast(null as bigint) as expired_rows where false
        ) as l
        left join quality.file as f
            on l.source_system = f.source_system and l.object = f.object
            and l.source_file = f.source_file and l.load_id = f.load_id
            and l.file_status = f.file_status and f.source_rows is null
    )
"""

#: Name of a section, the tables that it needs, and its rows.
SECTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "files": (
        ("quality.file",),
        (
            "select source_system, object, source_file, file_format, byte_count, "
            "file_hash as sha256, source_rows, landed_rows, file_status, "
            "reason_code, reason, load_id, landed_at "
            "from quality.file order by all"
        ),
    ),
    "freshness": (
        ("quality.freshness",),
        "select * from quality.freshness order by source_system, object",
    ),
    "reconciliation": (
        ("quality.ledger", "quality.file"),
        (
            "select source_system, object, count(*) as files, "
            "count(*) filter (where is_unknown) as files_of_unknown_length, "
            "sum(source_rows) as source_rows, "
            "sum(accepted_rows) as accepted_rows, sum(superseded_rows) as superseded_rows, "
            "sum(rejected_rows) as rejected_rows, "
            "coalesce(sum(expired_rows), 0) as expired_rows, "
            f"sum(residual_rows) as residual_rows from {_LEDGER} group by all order by all"
        ),
    ),
    "layers": (
        ("quality.reconciliation",),
        "select * from quality.reconciliation order by all",
    ),
    "ledger": (
        ("quality.ledger", "quality.file"),
        (
            "select * exclude (is_unknown) replace ("
            "case when not is_unknown then source_rows end as source_rows, "
            "case when not is_unknown then rejected_rows end as rejected_rows) "
            f"from {_LEDGER} order by all"
        ),
    ),
    "control_totals": (
        ("quality.control_total",),
        "select * from quality.control_total order by all",
    ),
    "rejects_by_reason": (
        ("quality.rejected_row", "reference.reason_codes"),
        (
            "select r.source_system, r.object, r.reason_code, r.column_name, "
            "max(c.sentence) as meaning, count(*) as rejected_rows from quality.rejected_row as r "
            "left join (select reason_code, min(sentence) as sentence from reference.reason_codes "
            "group by reason_code) as c using (reason_code) group by all order by all"
        ),
    ),
    "rejected_rows": (
        ("quality.rejected_row",),
        "select * from quality.rejected_row order by all",
    ),
    "corrections": (("quality.correction",), "select * from quality.correction order by all"),
    "rules": (
        ("quality.rule_result",),
        (
            "select rule_id, layer, engine, severity, succeeded, evaluated_rows, unexpected_rows, "
            "sentence, owner, table_name, message from quality.rule_result "
            "order by succeeded, array_position(['critical', 'warning', 'info'], severity), "
            "rule_id, table_name"
        ),
    ),
    "rule_failures": (
        ("quality.rule_failure",),
        "select rule_id, table_name, key from quality.rule_failure order by all",
    ),
    "waivers": (
        ("quality.rule",),
        (
            "select rule_id, engine, severity, sentence, waiver_owner, waiver_reason, waived_until "
            "from quality.rule where is_waived order by all"
        ),
    ),
    "rule_changes": (("quality.rule_change",), "select * from quality.rule_change order by all"),
    "definitions": (
        ("reference.indicators",),
        (
            "select indicator_id, measure_id, version, valid_from, name, measure_name, definition, "
            "formula, unit, minimum_n, minimum_n_of, owner from reference.indicators order by all"
        ),
    ),
    "definition_changes": (
        ("reference.indicator_changes",),
        "select * from reference.indicator_changes order by changed_on desc, indicator_id",
    ),
    "suppressions": (
        ("leading.fct_leading_indicator", "lagging.fct_lagging_indicator"),
        (
            "select reason_code, indicator_id, measure_id, entity_type, count(*) as figures from ("
            'select * from "leading".fct_leading_indicator union all '
            "select * from lagging.fct_lagging_indicator) as f "
            "where reason_code is not null group by all order by all"
        ),
    ),
    "unmatched_people": (
        ("core.dim_unmatched_person",),
        (
            "select system as source_system, reason, count(*) as names "
            "from core.dim_unmatched_person group by all order by all"
        ),
    ),
    "orphans": (
        ("quality.orphan_row",),
        (
            "select source_system, object, column_name, count(*) as orphans "
            "from quality.orphan_row group by all order by all"
        ),
    ),
    # Not the id that points at nothing: whoever fills a sheet may have put a name there.
    "orphan_rows": (
        ("quality.orphan_row",),
        (
            "select source_system, object, column_name, source_file, source_row "
            "from quality.orphan_row order by all"
        ),
    ),
    "schema_drift": (
        ("quality.schema_drift",),
        "select * exclude (load_id) from quality.schema_drift order by all",
    ),
}


@dataclass(frozen=True)
class Evidence:
    """What the pack says: who made what when, and one list of records per section.

    A section is None where the build has no such table: it was published before there was one.
    ``columns`` names the columns of those that the build has.
    """

    identity: dict[str, Any]
    sections: dict[str, Rows | None]
    columns: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, section: str) -> Rows:
        """Return the records of a section; none if the build has no such table."""
        return self.sections[section] or []


def gather(home: Home, build_id: str | None, progress: Progress | None = None) -> Evidence:
    """Read one published build; the served one if none is named.

    Raises :class:`UsageError` if there is no such build.
    """
    folder = published_folder(home, build_id)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sections: dict[str, Rows | None] = {}
    columns: dict[str, list[str]] = {}
    with (
        machine_errors("read the published build"),
        duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as con,
    ):
        con.execute("set TimeZone = 'UTC'")
        there = {
            name
            for (name,) in con.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall()
        }
        recorded = _recorded_sql(con)
        for done, (name, (needs, sql)) in enumerate(SECTIONS.items(), start=1):
            sections[name] = None
            if there.issuperset(needs):
                columns[name], sections[name] = _records(con, sql)
            if progress:
                progress(done, len(SECTIONS), name)
    add_sql(sections["rules"] or [], home, str(manifest["build_id"]), recorded)
    run = run_of(home, str(manifest["build_id"]))
    return Evidence(identity(manifest, folder, run), sections, columns)


def published_folder(home: Home, build_id: str | None) -> Path:
    """Return the folder of a published build; the served one if none is named."""
    current = home.current()
    wanted = build_id or (str(current["build_id"]) if current else None)
    if wanted is None:
        raise UsageError(f"Nothing is published in {home.root}.", hint="Begin with 'halftime run'.")
    folder = home.published / wanted
    if not (folder / "manifest.json").is_file():
        known = sorted(path.parent.name for path in home.published.glob("*/manifest.json"))
        raise UsageError(
            f"There is no published build '{wanted}' in {home.root}.",
            hint=f"Published are: {', '.join(known[-5:]) or 'none'}.",
        )
    return folder


def _records(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], Rows]:
    cursor = con.execute(sql)
    names = [str(column[0]) for column in cursor.description or ()]
    return names, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def identity(manifest: dict[str, Any], folder: Path, run: dict[str, Any] | None) -> dict[str, Any]:
    """Return what tells this build from any other: clocks, times, code, inputs and hashes.

    ``run`` is what the chain remembers of the command that made it. Of the configuration only the
    hash is told: its file may name what is nobody's business.
    """
    inputs, made = manifest.get("inputs") or {}, run or {}
    variables = inputs.get("variables") or {}
    by = made.get("code") or {}
    versions = dict(manifest.get("code") or {})
    commit = str(versions.pop("git_commit", None) or "unknown")
    uncommitted = versions.pop("uncommitted_sha256", None)
    return {
        "company": manifest.get("company"),
        "build_id": manifest["build_id"],
        "verdict": manifest["verdict"],
        "as_of": manifest["as_of"],
        "data_through": manifest.get("data_through"),
        "loaded_until": inputs.get("last_load_id"),
        "reporting_timezone": variables.get("reporting_timezone"),
        "reporting_currency": variables.get("reporting_currency"),
        "started_at": made.get("started_at") or manifest["started_at"],
        "published_at": manifest["published_at"],
        "ended_at": made.get("ended_at"),
        "actor": made.get("actor"),
        "git_commit": commit.removesuffix("-dirty"),
        "is_tree_dirty": commit.endswith("-dirty") or uncommitted is not None,
        "uncommitted_sha256": uncommitted,
        "versions": versions,
        "lock_sha256": by.get("lock_sha256"),
        "configuration_sha256": (manifest.get("configuration") or {}).get("sha256"),
        "manifest_sha256": file_sha256(folder / "manifest.json"),
        "previous_manifest_sha256": (manifest.get("chain") or {}).get("previous_manifest_sha256"),
        "files": manifest.get("files"),
        "tables": len(manifest.get("tables") or {}),
    }


def run_of(home: Home, build_id: str) -> dict[str, Any] | None:
    """Return the last command that the chain remembers of a build; None before there was one."""
    runs = [
        entry.body
        for entry in chain.entries(home)
        if entry.kind == "run" and entry.body.get("build_id") == build_id
    ]
    return runs[-1] if runs else None


def _recorded_sql(con: duckdb.DuckDBPyConnection) -> dict[str, str | None] | None:
    """Return the SQL that was written down per rule when the build was validated.

    None of a build from before it was.
    """
    there = con.execute(
        "select count(*) from duckdb_columns() where schema_name = 'quality' "
        "and table_name = 'rule' and column_name = 'faults_sql'"
    ).fetchone()
    if not there or not there[0]:
        return None
    return dict(con.execute("select rule_id, faults_sql from quality.rule").fetchall())


def add_sql(rules: Rows, home: Home, build_id: str, recorded: dict[str, str | None] | None) -> None:
    """Put beside each rule the SQL that finds the rows at fault, and where it was taken from.

    It is the one that was written down with the build. A build from before that has dbt's tests
    compiled in its folder, while that lasts; its other rules are those of the code at hand, which
    may have changed since: ``sql_from`` says so.
    """
    if recorded is not None:
        for rule in rules:
            rule["sql"] = recorded.get(rule["rule_id"])
            rule["sql_from"] = "the build" if rule["sql"] else None
        return
    from quality.rules import faults_sql, list_rules

    compiled = _compiled_tests(home.build_folder(build_id) / "dbt" / "test" / "manifest.json")
    catalogue = {rule.id: faults_sql(rule) for rule in list_rules(PROJECT_ROOT)}
    for rule in rules:
        rule_id = rule["rule_id"]
        rule["sql"] = compiled.get(rule_id) or catalogue.get(rule_id)
        rule["sql_from"] = None
        if rule["sql"]:
            rule["sql_from"] = "the build" if rule_id in compiled else "the code of this checkout"


def _compiled_tests(manifest: Path) -> dict[str, str]:
    from quality.dbt_results import compiled_tests

    return compiled_tests(manifest) if manifest.is_file() else {}
