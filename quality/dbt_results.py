"""Bring the results of ``dbt test`` into the same shape as those of Great Expectations.

dbt leaves two files behind: ``run_results.json`` (what came out) and ``manifest.json`` (what was
asked). The failing keys are read by running the compiled test once more, read-only, with a cap.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from halftime.errors import DataError
from halftime.home import machine_errors
from quality.keys import collect_keys, key_columns
from quality.results import (
    SEVERITIES,
    RuleResult,
    connection_settings,
    create_failure_table,
    private,
    write_failures,
    write_results,
)

#: Column of a built-in test's query that holds the offending value of the tested column.
_VALUE_FIELDS = {
    "unique": "unique_field",
    "accepted_values": "value_field",
    "relationships": "from_field",
}
_LAYER_ORDER = ("raw", "seeds", "staging", "intermediate", "core", "indicators", "marts")
_DEFAULT_SEVERITY = {"error": "critical", "warn": "warning"}

Node = Mapping[str, Any]


@dataclass(frozen=True)
class DbtTest:
    """One test: its node and result, the table it is about, and that table's own node."""

    node: Node
    result: Node | None
    tested: Node | None

    @property
    def meta(self) -> Mapping[str, Any]:
        """What stands under ``meta`` in the configuration of the test."""
        config = self.node.get("config") or {}
        return config.get("meta") or self.node.get("meta") or {}

    @property
    def status(self) -> str:
        """How it ended in dbt's words; 'missing' if it did not run."""
        return "missing" if self.result is None else str(self.result["status"])

    @property
    def relation(self) -> str | None:
        """The tested table, quoted."""
        return None if self.tested is None else self.tested.get("relation_name")

    @property
    def table_name(self) -> str:
        """The tested table as ``schema.table``."""
        if self.tested is None:
            return ""
        name = (
            self.tested.get("identifier") or self.tested.get("alias") or self.tested.get("name", "")
        )
        return f"{self.tested.get('schema', '')}.{name}"

    @property
    def layer(self) -> str:
        """The layer of the tested table."""
        return _layer(self.tested) if self.tested is not None else "marts"

    @property
    def name(self) -> str:
        """The name that dbt gave the test."""
        return str(self.node["name"])

    @property
    def sentence(self) -> str:
        """What must hold, in plain words."""
        given = self.meta.get("sentence") or sentence(self.node, self.table_name)
        return " ".join(str(given).split())

    @property
    def severity(self) -> str:
        """What was declared, also where the test could not be checked."""
        declared = str(self.meta.get("severity") or "")
        if declared in SEVERITIES:
            return declared
        configured = str((self.node.get("config") or {}).get("severity") or "error").lower()
        return _DEFAULT_SEVERITY.get(configured, "critical")

    @property
    def owner(self) -> str:
        """Who is asked to mend what it finds."""
        tested_meta = ((self.tested or {}).get("config") or {}).get("meta") or {}
        return str(self.meta.get("owner") or tested_meta.get("owner") or "data team")

    @property
    def compiled(self) -> str | None:
        """The SQL of the rows at fault."""
        source = self.result or {}
        return source.get("compiled_code") or self.node.get("compiled_code")


def collect_dbt_tests(
    run_results_json: Path,
    manifest_json: Path,
    warehouse: Path,
    build_id: str,
    out_dir: Path,
) -> list[RuleResult]:
    """Write ``dbt_results.parquet`` and ``dbt_failures.parquet`` from what dbt left behind.

    A test that ended in an error, was skipped or did not run at all is a broken critical rule.
    Unit tests are not counted. Raises :class:`DataError` if one of the two files cannot be read.
    """
    manifest = read_json(manifest_json)
    tests = _tests(manifest, read_json(run_results_json))
    results: list[RuleResult] = []
    ids = _rule_ids(tests)
    with machine_errors("open the warehouse"):
        opened = duckdb.connect(str(warehouse), read_only=True, config=connection_settings())
    with opened as con:
        create_failure_table(con)
        counts: dict[str, int | None] = {}
        for test in tests:
            rule_id = ids[test.node["unique_id"]]
            result = _result(con, test, rule_id, build_id, counts)
            results.append(_with_keys(con, test, result))
        write_failures(con, out_dir / "dbt_failures.parquet")
    write_results(results, out_dir / "dbt_results.parquet")
    return results


def compiled_tests(manifest_json: Path) -> dict[str, str]:
    """Return per rule id the SQL of the rows at fault, from the manifest of ``dbt test``."""
    tests = _tests(read_json(manifest_json), {})
    ids = _rule_ids(tests)
    return {ids[test.node["unique_id"]]: test.compiled for test in tests if test.compiled}


def dbt_tests(manifest: Node) -> list[tuple[str, DbtTest]]:
    """Return every test of a manifest with its rule id, without results."""
    tests = _tests(manifest, {})
    ids = _rule_ids(tests)
    return [(ids[test.node["unique_id"]], test) for test in tests]


def read_json(path: Path) -> dict[str, Any]:
    """Return one of the JSON files that dbt leaves behind; :class:`DataError` without it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"The results of the dbt tests cannot be read from {path}: {error}.",
            hint="Run 'halftime build' again; its log says why the tests did not finish.",
        ) from error
    return dict(document)


def _tests(manifest: Node, run_results: Node) -> list[DbtTest]:
    outcomes = {result["unique_id"]: result for result in run_results.get("results", ())}
    nodes: dict[str, Node] = {**manifest.get("sources", {}), **manifest.get("nodes", {})}
    return [
        DbtTest(node, outcomes.get(unique_id), _tested(node, nodes))
        for unique_id, node in sorted(nodes.items())
        if node.get("resource_type") == "test"
    ]


def _tested(node: Node, nodes: Mapping[str, Node]) -> Node | None:
    """Return the table a test is about: the one it hangs on, else the highest one it reads."""
    attached = nodes.get(node.get("attached_node") or "")
    if attached is not None:
        return attached
    read = [nodes[name] for name in node["depends_on"]["nodes"] if name in nodes]
    return max(read, key=lambda parent: (_rank(parent), parent["unique_id"]), default=None)


def _layer(node: Node) -> str:
    kind = node.get("resource_type")
    if kind in ("source", "seed"):
        return {"source": "raw", "seed": "seeds"}[str(kind)]
    fqn = [str(part) for part in node.get("fqn") or ()]
    return fqn[1] if len(fqn) > 2 else "marts"


def _rank(node: Node) -> int:
    layer = _layer(node)
    return _LAYER_ORDER.index(layer) if layer in _LAYER_ORDER else len(_LAYER_ORDER)


def _rule_ids(tests: list[DbtTest]) -> dict[str, str]:
    """Give each test its rule id; where several tests share one, the table (and test) is added."""
    wanted = {test.node["unique_id"]: str(test.meta.get("rule_id") or "") for test in tests}
    names = {test.node["unique_id"]: str(test.node["name"]) for test in tests}
    ids = {unique_id: rule_id or names[unique_id] for unique_id, rule_id in wanted.items()}
    for attribute in ("table_name", "name"):
        shared = {rule_id for rule_id, uses in Counter(ids.values()).items() if uses > 1}
        for test in tests:
            unique_id = test.node["unique_id"]
            if ids[unique_id] in shared:
                ids[unique_id] += f":{getattr(test, attribute)}"
    return ids


def _result(
    con: duckdb.DuckDBPyConnection,
    test: DbtTest,
    rule_id: str,
    build_id: str,
    counts: dict[str, int | None],
) -> RuleResult:
    severity, message = test.severity, None
    if test.status not in ("pass", "warn", "fail"):
        severity, message = "critical", _why_unchecked(test)
    if test.relation and test.relation not in counts:
        counts[test.relation] = _count(con, test.relation)
    return RuleResult(
        build_id=build_id,
        rule_id=rule_id,
        layer=test.layer,
        engine="dbt",
        severity=severity,
        succeeded=test.status == "pass",
        evaluated_rows=counts.get(test.relation or "") or 0,
        unexpected_rows=int((test.result or {}).get("failures") or 0),
        sentence=test.sentence,
        owner=test.owner,
        table_name=test.table_name,
        message=message,
    )


def _why_unchecked(test: DbtTest) -> str:
    if test.status == "missing":
        return "Could not be checked. The test did not run."
    if test.status == "skipped":
        return "Could not be checked. The test was skipped, because something before it failed."
    return f"Could not be checked. {private(str((test.result or {}).get('message') or ''))}".strip()


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int | None:
    try:
        row = con.execute(f"select count(*) from {relation}").fetchone()
    except duckdb.Error:
        return None
    return int(row[0]) if row else None


def _with_keys(con: duckdb.DuckDBPyConnection, test: DbtTest, result: RuleResult) -> RuleResult:
    """Collect the failing keys of a failed test; what cannot be read again is said, not raised."""
    if test.status not in ("warn", "fail") or not test.compiled:
        return result
    try:
        faults, columns = _faults(con, test)
        if columns:
            collect_keys(
                con,
                faults,
                columns,
                build_id=result.build_id,
                rule_id=result.rule_id,
                table=result.table_name,
            )
    except duckdb.Error as error:
        return replace(result, message=f"The failing keys cannot be listed: {private(str(error))}")
    return result


def _faults(con: duckdb.DuckDBPyConnection, test: DbtTest) -> tuple[str, list[str]]:
    """Return a query of the rows at fault and its id columns.

    A built-in test returns offending values only, so its tested table is asked for their keys.
    """
    compiled = str(test.compiled).strip().rstrip(";")
    metadata = test.node.get("test_metadata") or {}
    name = metadata.get("name")
    column = (metadata.get("kwargs") or {}).get("column_name")
    if test.relation and column and name in (*_VALUE_FIELDS, "not_null"):
        condition = f"{column} is null"
        if name in _VALUE_FIELDS:
            condition = f"{column} in (select {_VALUE_FIELDS[name]} from ({compiled}) as offending)"
        narrowed = (test.node.get("config") or {}).get("where")
        if narrowed:
            condition = f"({narrowed}) and {condition}"
        query = f"select * from {test.relation} where {condition}"
        return query, _table_key(con, test)
    return compiled, key_columns(_names(con, compiled))


def _table_key(con: duckdb.DuckDBPyConnection, test: DbtTest) -> list[str]:
    """Return the id columns that name a row of the tested table."""
    names = _names(con, f"select * from {test.relation}")
    declared = [str(name) for name in (test.tested or {}).get("primary_key") or ()]
    if declared and key_columns(declared, len(declared)) == declared:
        return declared
    if {"_source_file", "_source_row"} <= set(names):
        return ["_source_file", "_source_row"]
    return key_columns(names, 2)


def _names(con: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [str(row[0]) for row in con.execute(f"describe {query}").fetchall()]


def sentence(node: Node, table_name: str) -> str:
    """Say in plain words what a test without a sentence of its own asks for."""
    metadata = node.get("test_metadata") or {}
    arguments = dict(metadata.get("kwargs") or {})
    column = str(arguments.get("column_name") or node.get("column_name") or "")
    name = str(metadata.get("name") or "")
    if name == "not_null":
        return f"Every row of {table_name} has a {column}."
    if name == "unique":
        return f"No two rows of {table_name} share a {column}."
    if name == "accepted_values":
        values = ", ".join(str(value) for value in arguments.get("values") or ())
        return f"Every {column} of {table_name} is one of: {values}."
    if name == "relationships":
        parent, field = _referred(arguments)
        return f"Every {column} of {table_name} exists as {field} of {parent}."
    if name:
        subject = f"{column} of {table_name}" if column else table_name
        return f"{_words(name)}: {subject}."
    return f"{_words(str(node['name']).removeprefix('assert_'))}."


def _referred(arguments: Mapping[str, Any]) -> tuple[str, str]:
    parent = str(arguments.get("to") or "").replace('"', "'")
    parts = parent.split("'")
    return (parts[-2] if len(parts) > 2 else parent), str(arguments.get("field") or "key")


def _words(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
