"""One catalogue of all rules, whichever engine checks them.

A dbt test is described by dbt's manifest, a Great Expectations rule by ``quality/rules/*.yml``.
What a broken rule harms is not written down anywhere: it is what lies downstream of its tables in
dbt's graph.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quality.dbt_results import DbtTest, dbt_tests, read_json
from quality.rules import Rule, faults_sql, list_rules

#: Why a built-in test is there, where nobody wrote down more than that it is.
_RATIONALES = {
    "unique": "A key that names two rows doubles every figure that joins on it.",
    "not_null": "A value that every row must have and that is missing drops its row in silence.",
    "accepted_values": "A value that nobody expects falls through every condition on it.",
    "relationships": "A row that points at nothing is missing from every figure by its parent.",
}
_CONFIG_BLOCK = re.compile(r"\{\{\s*config\(.*?\)\s*\}\}", re.DOTALL)
_RISK = re.compile(r"--\s*Risk:\s*(.+(?:\n--.*)*)")
_GROUPED_LAYERS = ("staging", "intermediate")


@dataclass(frozen=True)
class CatalogueRule:
    """One rule: what must hold, why, who mends it, what it harms, and how it is checked.

    ``group`` joins the rules that one template makes, such as one per contract. ``columns`` are the
    tested columns, ``tables`` all that are read. ``accepted`` are the accepted values as text;
    ``definition`` is the rest of what decides, so that two builds can be compared. ``faults_sql``
    asks for the rows at fault; None for a rule about a whole table, and for a test that dbt has not
    compiled.
    """

    rule_id: str
    group: str
    layer: str
    engine: str
    kind: str
    severity: str
    owner: str
    sentence: str
    rationale: str
    table: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    pages: tuple[str, ...]
    marts: tuple[str, ...]
    tolerance_share: float
    tolerance_rows: int
    accepted: tuple[str, ...]
    definition: str
    faults_sql: str | None = None

    @property
    def definition_hash(self) -> str:
        """What tells this definition from any other."""
        return hashlib.sha256(self.definition.encode()).hexdigest()[:16]


class _Lineage:
    """What lies downstream of a table, from dbt's own graph."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.children: Mapping[str, list[str]] = manifest.get("child_map") or {}
        self.exposures: Mapping[str, Any] = manifest.get("exposures") or {}
        nodes = {**manifest.get("sources", {}), **manifest.get("nodes", {})}
        self.tables = {
            name: table_name(node)
            for name, node in nodes.items()
            if node.get("resource_type") in ("source", "seed", "model")
        }
        self.ids = {table: name for name, table in self.tables.items()}
        self.marts = {
            name
            for name, node in nodes.items()
            if node.get("resource_type") == "model"
            and (node.get("fqn") or [])[1:2] == ["marts"]
            and node.get("schema") != "intermediate"
        }
        self.known: dict[str, frozenset[str]] = {}

    def below(self, name: str) -> frozenset[str]:
        """Return a node and all that is made of it."""
        if name not in self.known:
            found, open_ = {name}, [name]
            while open_:
                for child in self.children.get(open_.pop(), ()):
                    if child not in found and not child.startswith(("test.", "unit_test.")):
                        found.add(child)
                        open_.append(child)
            self.known[name] = frozenset(found)
        return self.known[name]

    def harms(self, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the pages and the marts that are made of these nodes."""
        found = frozenset().union(*(self.below(name) for name in names))
        pages = {
            str(node.get("label") or node["name"])
            for name, node in self.exposures.items()
            if name in found
        }
        return tuple(sorted(pages)), tuple(sorted(self.tables[name] for name in found & self.marts))


def catalogue(project_root: Path, manifest_json: Path) -> list[CatalogueRule]:
    """Return every rule of the project, ordered by id.

    ``manifest_json`` is what dbt wrote when it parsed or tested the project. Raises
    :class:`~halftime.errors.DataError` if it cannot be read.
    """
    manifest = read_json(manifest_json)
    lineage = _Lineage(manifest)
    macros = manifest.get("macros") or {}
    rules = [_of_test(rule_id, test, lineage, macros) for rule_id, test in dbt_tests(manifest)]
    rules += [_of_rule(rule, lineage) for rule in list_rules(project_root)]
    return sorted(rules, key=lambda rule: rule.rule_id)


def table_name(node: Mapping[str, Any]) -> str:
    """Return ``schema.table`` of a node of dbt's manifest."""
    name = node.get("identifier") or node.get("alias") or node.get("name", "")
    return f"{node.get('schema', '')}.{name}"


def _of_rule(rule: Rule, lineage: _Lineage) -> CatalogueRule:
    tables = (rule.table, *rule.reads)
    pages, marts = lineage.harms([lineage.ids[rule.table]] if rule.table in lineage.ids else [])
    arguments = {key: value for key, value in rule.arguments.items() if key != "value_set"}
    lines = [
        f"expectation: {rule.expectation}",
        *(f"{key}: {_plain(value)}" for key, value in sorted(arguments.items())),
        f"table: {rule.table}",
        *([f"where: {_squeezed(rule.where)}"] if rule.where else []),
        *([f"sql: {_squeezed(rule.sql)}"] if rule.sql else []),
        *(f"demand: {demand}" for demand in rule.demands),
    ]
    return CatalogueRule(
        rule_id=rule.id,
        group=rule.group,
        layer=rule.layer,
        engine=rule.engine,
        kind=rule.expectation,
        severity=rule.severity,
        owner=rule.owner,
        sentence=" ".join(rule.sentence.split()),
        rationale=" ".join(rule.rationale.split()),
        table=rule.table,
        tables=tables,
        columns=tuple(
            str(rule.arguments[name])
            for name in ("column", "column_A", "column_B")
            if name in rule.arguments
        ),
        pages=pages,
        marts=marts,
        tolerance_share=rule.tolerance.share if rule.tolerance else 0.0,
        tolerance_rows=rule.tolerance.rows if rule.tolerance else 0,
        accepted=tuple(sorted(str(value) for value in rule.arguments.get("value_set", ()))),
        definition="\n".join(lines),
        faults_sql=faults_sql(rule),
    )


def _of_test(
    rule_id: str, test: DbtTest, lineage: _Lineage, macros: Mapping[str, Any]
) -> CatalogueRule:
    node = test.node
    metadata = node.get("test_metadata") or {}
    arguments = dict(metadata.get("kwargs") or {})
    read = [name for name in node["depends_on"]["nodes"] if name in lineage.tables]
    attached = node.get("attached_node")
    pages, marts = lineage.harms([str(attached)] if attached in lineage.tables else read)
    columns = [arguments.get("column_name"), *_listed(arguments.get("columns"))]
    columns += _listed(arguments.get("key"))
    return CatalogueRule(
        rule_id=rule_id,
        group=_test_group(test, str(metadata.get("name") or "")),
        layer=test.layer,
        engine="dbt",
        kind=str(metadata.get("name") or "singular"),
        severity=test.severity,
        owner=test.owner,
        sentence=test.sentence,
        rationale=_rationale(test, macros),
        table=test.table_name,
        tables=tuple(sorted(lineage.tables[name] for name in read)),
        columns=tuple(str(column) for column in columns if column),
        pages=pages,
        marts=marts,
        tolerance_share=0.0,
        tolerance_rows=0,
        accepted=tuple(sorted(str(value) for value in arguments.get("values") or ())),
        definition=_test_definition(node, arguments, macros),
        faults_sql=test.compiled,
    )


def _test_group(test: DbtTest, kind: str) -> str:
    """Join the many keys of the layers below core; a rule above them stands for itself."""
    return f"{kind} in {test.layer}" if kind and test.layer in _GROUPED_LAYERS else ""


def _test_definition(
    node: Mapping[str, Any], arguments: Mapping[str, Any], macros: Mapping[str, Any]
) -> str:
    config = node.get("config") or {}
    lines = [
        f"test: {(node.get('test_metadata') or {}).get('name') or 'singular'}",
        *(f"{key}: {_plain(arguments[key])}" for key in sorted(arguments) if key != "values"),
        *(
            f"{key}: {config[key]}"
            for key in ("where", "limit", "fail_calc", "warn_if", "error_if")
            if config.get(key) is not None
        ),
    ]
    if not node.get("test_metadata"):
        lines.append(f"sql: {_squeezed(_CONFIG_BLOCK.sub('', str(node.get('raw_code') or '')))}")
    lines += [
        f"sql: {_squeezed(str(macros[name]['macro_sql']))}"
        for name in sorted(_own_tests(node, macros))
    ]
    return "\n".join(lines)


def _own_tests(node: Mapping[str, Any], macros: Mapping[str, Any]) -> list[str]:
    """Return the project's own generic test behind a test; dbt's own are held by the lock file."""
    return [
        name
        for name in (node.get("depends_on") or {}).get("macros", ())
        if ".test_" in name and name in macros and not name.startswith("macro.dbt")
    ]


def _rationale(test: DbtTest, macros: Mapping[str, Any]) -> str:
    given = test.meta.get("rationale")
    if given:
        return " ".join(str(given).split())
    kind = str((test.node.get("test_metadata") or {}).get("name") or "")
    if kind in _RATIONALES:
        return _RATIONALES[kind]
    texts = [str(macros[name]["macro_sql"]) for name in _own_tests(test.node, macros)]
    for text in [*texts, str(test.node.get("raw_code") or "")]:
        if risk := _RISK.search(text):
            return " ".join(line.strip("- \n") for line in risk[1].splitlines())
    return ""


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value or ()]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _squeezed(sql: str) -> str:
    """Return SQL without comments and line breaks: a comment loosens nothing."""
    return " ".join(re.sub(r"--[^\n]*", " ", sql).split())
