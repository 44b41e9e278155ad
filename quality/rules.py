"""The rules of Great Expectations: read from ``quality/rules/*.yml`` and from the contracts.

``raw.yml`` holds templates that are filled once per contract; ``core.yml`` and ``indicators.yml``
hold rules as they are. A rule is one sentence that anyone can read, plus how it is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template
from typing import Any

import yaml

from halftime.contracts import LINEAGE_COLUMNS, Contract, load_contracts
from halftime.errors import UsageError
from quality.keys import is_key_column
from quality.results import SEVERITIES, identifier, relation

SQL_EXPECTATION = "unexpected_rows_expectation"
COLUMN_EXPECTATIONS = frozenset(
    {
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_null",
    },
)
PAIR_EXPECTATION = "expect_column_pair_values_a_to_be_greater_than_b"
COLUMNS_EXPECTATION = "expect_table_columns_to_match_set"
ROW_COUNT_EXPECTATION = "expect_table_row_count_to_be_between"
TABLE_EXPECTATIONS = frozenset({COLUMNS_EXPECTATION, ROW_COUNT_EXPECTATION})
KNOWN_EXPECTATIONS = COLUMN_EXPECTATIONS | TABLE_EXPECTATIONS | {PAIR_EXPECTATION, SQL_EXPECTATION}
LAYERS = ("raw", "core", "indicators")
_RULE_KEYS = frozenset(
    {
        "id",
        "sentence",
        "rationale",
        "severity",
        "owner",
        "table",
        "reads",
        "where",
        "expectation",
        "sql",
        "tolerance",
        "key",
    },
)


@dataclass(frozen=True)
class Tolerance:
    """How much may be at fault: ``share`` of the rows (0–1), and never fewer than ``rows`` rows."""

    share: float = 0.0
    rows: int = 0

    def allowed(self, evaluated_rows: int) -> int:
        """Return how many of so many rows may be at fault."""
        return max(int(self.share * evaluated_rows + 1e-9), self.rows)


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``table`` is ``schema.table``; ``where`` narrows the rows it looks at; ``reads`` names further
    tables its SQL reads. ``sql`` selects the rows at fault and names the rows looked at
    ``{batch}``. ``key`` are the id columns that name a failing row. ``group`` is the template of a
    rule that is filled once per contract, ``demands`` what that contract asks of each row.
    """

    id: str
    sentence: str
    rationale: str
    severity: str
    owner: str
    layer: str
    table: str
    expectation: str
    arguments: dict[str, Any] = field(default_factory=dict, hash=False)
    sql: str | None = None
    where: str | None = None
    reads: tuple[str, ...] = ()
    tolerance: Tolerance | None = None
    key: tuple[str, ...] = ()
    group: str = ""
    demands: tuple[str, ...] = ()

    @property
    def engine(self) -> str:
        """Name of the engine that checks this rule."""
        return "great_expectations"


def list_rules(project_root: Path) -> list[Rule]:
    """Return every Great Expectations rule of the project, ordered by layer, then id.

    Raises :class:`UsageError` naming file and rule where a rule is not well formed.
    """
    folder = project_root / "quality" / "rules"
    contracts = load_contracts(project_root)
    rules = [
        rule
        for path in sorted(folder.glob("*.yml"))
        for rule in read_rules(path, contracts.values())
    ]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise UsageError(
                f"{folder}: the rule id '{rule.id}' is used twice.", hint="Rule ids are unique."
            )
        seen.add(rule.id)
    return sorted(rules, key=lambda rule: (LAYERS.index(rule.layer), rule.id))


def read_rules(path: Path, contracts: Iterable[Contract]) -> list[Rule]:
    """Read one file of rules; its stem is the layer. Templates are filled once per contract."""
    document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    unknown = set(document) - {"version", "rules", "per_contract"}
    if unknown:
        raise _malformed(path, "file", f"has the unknown key '{sorted(unknown)[0]}'")
    rules = [_rule(path, node) for node in document.get("rules") or ()]
    for contract in contracts:
        values = _contract_values(contract)
        for node in document.get("per_contract") or ():
            group = Template(node["id"]).safe_substitute(system="*", object="*")
            # What is rejected is decided by the contract, so it belongs to the rule that stops.
            judges = node["table"] == "$staging_table" and node["severity"] == "critical"
            demands = _demands(contract) if judges else ()
            rules.append(replace(_rule(path, _filled(node, values)), group=group, demands=demands))
    return rules


def _demands(contract: Contract) -> tuple[str, ...]:
    """Return what a contract asks of each column of a row, one line per column."""
    lines = []
    for column in contract.columns:
        asked = [column.kind]
        asked += ["required"] if column.required else []
        asked += [] if column.nullable else ["never blank"]
        asked += [f"one of {', '.join(column.accepted)}"] if column.accepted else []
        asked += [f"at least {column.minimum}"] if column.minimum is not None else []
        asked += [f"at most {column.maximum}"] if column.maximum is not None else []
        lines.append(f"{column.name}: {', '.join(asked)}")
    return tuple(lines)


def _contract_values(contract: Contract) -> dict[str, Any]:
    """Return what a template may name, such as ``$raw_table`` or ``$mandatory_blank``."""
    mandatory = [column for column in contract.required_columns if not column.nullable]
    blank = " or ".join(f"trim(coalesce({column.raw_name}, '')) = ''" for column in mandatory)
    return {
        "system": contract.system,
        "object": contract.object,
        "raw_table": f"raw.{contract.table}",
        "staging_table": f"staging.stg_{contract.system}__{contract.object}",
        "mandatory_names": _listed([column.header for column in mandatory]) or "mandatory columns",
        "mandatory_blank": blank or "false",
        "columns": [
            *(column.raw_name for column in contract.columns),
            "_extra",
            "_row_problem",
            *LINEAGE_COLUMNS,
        ],
    }


def _listed(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _filled(node: Any, values: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        return {name: _filled(value, values) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    if isinstance(node, str):
        if node == "$columns":
            return values["columns"]
        return Template(node).substitute(values)
    return node


def _rule(path: Path, node: dict[str, Any]) -> Rule:
    rule_id = str(node.get("id", "without id"))
    unknown = set(node) - _RULE_KEYS
    if unknown:
        raise _malformed(path, rule_id, f"has the unknown key '{sorted(unknown)[0]}'")
    missing = {"id", "sentence", "rationale", "severity", "owner", "table"} - set(node)
    if missing:
        raise _malformed(path, rule_id, f"lacks '{sorted(missing)[0]}'")
    expectation = dict(node.get("expectation") or {})
    if bool(expectation) == ("sql" in node):
        raise _malformed(path, rule_id, "needs either 'expectation' or 'sql'")
    kind = SQL_EXPECTATION if "sql" in node else str(expectation.pop("type", ""))
    tolerance = node.get("tolerance")
    rule = Rule(
        id=rule_id,
        sentence=" ".join(str(node["sentence"]).split()),
        rationale=" ".join(str(node["rationale"]).split()),
        severity=str(node["severity"]),
        owner=str(node["owner"]),
        layer=path.stem,
        table=str(node["table"]),
        expectation=kind,
        arguments=expectation,
        sql=None if "sql" not in node else str(node["sql"]).strip(),
        where=None if "where" not in node else str(node["where"]).strip(),
        reads=tuple(str(table) for table in node.get("reads") or ()),
        tolerance=None if tolerance is None else Tolerance(**tolerance),
        key=tuple(str(name) for name in node.get("key") or ()),
    )
    _check(path, rule)
    return rule


def _check(path: Path, rule: Rule) -> None:
    if rule.layer not in LAYERS:
        raise _malformed(path, rule.id, f"stands in a file that is none of {', '.join(LAYERS)}")
    if rule.severity not in SEVERITIES:
        raise _malformed(path, rule.id, f"has the severity '{rule.severity}'")
    if rule.table.count(".") != 1:
        raise _malformed(path, rule.id, f"needs a table as schema.table, not '{rule.table}'")
    if rule.expectation not in KNOWN_EXPECTATIONS:
        raise _malformed(path, rule.id, f"has the unknown expectation '{rule.expectation}'")
    if rule.sql is not None and "{batch}" not in rule.sql:
        raise _malformed(path, rule.id, "must name the rows it looks at '{batch}' in its SQL")
    if rule.expectation in TABLE_EXPECTATIONS and (rule.key or rule.tolerance):
        raise _malformed(path, rule.id, "judges a whole table, so it has no key and no tolerance")
    if rule.expectation not in TABLE_EXPECTATIONS and not rule.key:
        raise _malformed(path, rule.id, "needs the key columns of a failing row")
    for name in rule.key:
        if not is_key_column(name):
            raise _malformed(path, rule.id, f"may not use '{name}' as a key: keys are ids only")


def _malformed(path: Path, rule_id: str, what: str) -> UsageError:
    return UsageError(f"{path}: rule '{rule_id}' {what}.", hint="See quality/README.md.")


def rows_sql(rule: Rule) -> str:
    """Return a relation of the rows that a rule looks at (null values are not looked at)."""
    conditions = [] if rule.where is None else [f"({rule.where})"]
    if rule.expectation in COLUMN_EXPECTATIONS - {"expect_column_values_to_not_be_null"}:
        conditions.append(f"{identifier(rule.arguments['column'])} is not null")
    if rule.expectation == PAIR_EXPECTATION:
        conditions += [
            f"{identifier(rule.arguments[name])} is not null" for name in ("column_A", "column_B")
        ]
    narrowed = f" where {' and '.join(conditions)}" if conditions else ""
    return f"(select * from {relation(rule.table)}{narrowed}) as batch"


def faults_sql(rule: Rule) -> str | None:
    """Return a query of the rows at fault, or None for a rule about a whole table."""
    rows = rows_sql(rule)
    if rule.sql is not None:
        return rule.sql.replace("{batch}", rows)
    arguments = rule.arguments
    if rule.expectation == PAIR_EXPECTATION:
        a, b = identifier(arguments["column_A"]), identifier(arguments["column_B"])
        operator = ">=" if arguments.get("or_equal") else ">"
        return f"select * from {rows} where not ({a} {operator} {b})"
    if rule.expectation in TABLE_EXPECTATIONS:
        return None
    column = identifier(arguments["column"])
    if rule.expectation == "expect_column_values_to_not_be_null":
        condition = f"{column} is null"
    elif rule.expectation == "expect_column_values_to_be_in_set":
        values = ", ".join(_literal(value) for value in arguments["value_set"])
        condition = f"{column} not in ({values})"
    else:
        bounds = [
            f"{column} {operator} {_literal(arguments[name])}"
            for name, operator in (("min_value", "<"), ("max_value", ">"))
            if arguments.get(name) is not None
        ]
        condition = " or ".join(bounds)
    return f"select * from {rows} where {condition}"


def _literal(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"
