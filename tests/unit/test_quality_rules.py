"""Rules: every one of the project is well formed, and what is not is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from halftime.contracts import load_contracts
from halftime.errors import UsageError
from quality.keys import is_key_column, key_columns
from quality.rules import (
    LAYERS,
    TABLE_EXPECTATIONS,
    Rule,
    Tolerance,
    faults_sql,
    list_rules,
    read_rules,
)

GOOD = """
rules:
  - id: core.deal.amount
    sentence: No deal has a negative amount.
    rationale: It would take away from what others sold.
    severity: critical
    owner: data team
    table: core.deal
    sql: select deal_id from {batch} where amount < 0
    key: [deal_id]
"""


@pytest.fixture(scope="module")
def rules(project_root: Path) -> list[Rule]:
    return list_rules(project_root)


def test_each_layer_has_rules_of_each_weight(rules: list[Rule]) -> None:
    assert {rule.layer for rule in rules} == set(LAYERS)
    assert {rule.severity for rule in rules} == {"critical", "warning", "info"}


def test_ids_are_unique_and_begin_with_their_layer(rules: list[Rule]) -> None:
    assert len({rule.id for rule in rules}) == len(rules)
    assert [rule.id for rule in rules if not rule.id.startswith(f"{rule.layer}.")] == []


def test_every_sentence_and_rationale_is_a_sentence(rules: list[Rule]) -> None:
    wrong = [
        rule.id
        for rule in rules
        for text in (rule.sentence, rule.rationale)
        if not re.fullmatch(r"[A-Z].*[.]", text) or "$" in text
    ]

    assert wrong == []


def test_every_contract_has_its_raw_rules(rules: list[Rule], project_root: Path) -> None:
    ids = {rule.id for rule in rules}
    kinds = ("columns", "rows_counted", "mandatory_filled", "rejected_many", "rejected_some")

    missing = {
        f"raw.{system}.{name}.{kind}"
        for system, name in load_contracts(project_root)
        for kind in kinds
    } - ids

    assert missing == set()


def test_every_table_that_a_rule_reads_is_declared(rules: list[Rule]) -> None:
    schemas = r"(?:raw|staging|intermediate|core|indicators|leading|lagging|reference)"
    undeclared = [
        (rule.id, name.replace('"', ""))
        for rule in rules
        for name in re.findall(rf'\b(?:from|join) ("?{schemas}"?\.\w+)', rule.sql or "")
        if name.replace('"', "") not in (rule.table, *rule.reads)
    ]

    assert undeclared == []


def test_only_rules_about_whole_tables_have_no_key(rules: list[Rule]) -> None:
    assert {rule.id for rule in rules if not rule.key} == {
        rule.id for rule in rules if rule.expectation in TABLE_EXPECTATIONS
    }
    assert all(faults_sql(rule) for rule in rules if rule.key)


def test_a_rule_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "core.yml"
    path.write_text(GOOD, encoding="utf-8")

    [rule] = read_rules(path, ())

    assert (rule.id, rule.layer, rule.severity, rule.key) == (
        "core.deal.amount",
        "core",
        "critical",
        ("deal_id",),
    )


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("severity: critical", "severity: fatal", "severity 'fatal'"),
        ("table: core.deal", "table: deal", "schema.table"),
        ("key: [deal_id]", "key: [full_name]", "may not use 'full_name'"),
        ("key: [deal_id]", "tolerance: {rows: 1}", "needs the key columns"),
        ("{batch}", "core.deal", "'{batch}'"),
        ("owner: data team", "possessor: data team", "unknown key 'possessor'"),
        ("    owner: data team\n", "", "lacks 'owner'"),
        ("    sql: select deal_id from {batch} where amount < 0\n", "", "'expectation' or 'sql'"),
        (
            "sql: select deal_id from {batch} where amount < 0",
            "expectation: {type: expect_the_best}",
            "unknown expectation 'expect_the_best'",
        ),
        ("rules:", "rule:", "unknown key 'rule'"),
    ],
)
def test_a_malformed_rule_is_refused_with_its_place(
    tmp_path: Path, wrong: str, right: str, complaint: str
) -> None:
    path = tmp_path / "core.yml"
    path.write_text(GOOD.replace(wrong, right), encoding="utf-8")

    with pytest.raises(UsageError, match=re.escape(complaint)) as refused:
        read_rules(path, ())

    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("tolerance", "evaluated", "allowed"),
    [
        (Tolerance(), 1000, 0),
        (Tolerance(share=0.01), 99, 0),
        (Tolerance(share=0.01), 100, 1),
        (Tolerance(share=0.29), 100, 29),
        (Tolerance(share=0.2, rows=5), 10, 5),
        (Tolerance(share=0.2, rows=5), 0, 5),
    ],
)
def test_a_tolerance_allows_whole_rows(tolerance: Tolerance, evaluated: int, allowed: int) -> None:
    assert tolerance.allowed(evaluated) == allowed


def test_names_and_texts_are_no_keys() -> None:
    names = ["full_name", "email", "notes", "subject", "amount", "stage_name", "alias", "header"]

    assert [name for name in names if is_key_column(name)] == []
    assert key_columns(["note", "deal_id", "amount", "period_start"]) == ["deal_id", "period_start"]
