"""Every column that others build on has a rule, or a reason why it needs none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halftime.contracts import load_contracts
from halftime.home import Home
from quality.catalogue import CatalogueRule, catalogue
from quality.coverage import (
    UNBOUNDED,
    Uncovered,
    exempt_columns,
    unbounded_contract_columns,
    uncovered_table_columns,
)


@pytest.fixture(scope="module")
def manifest(sample_home: Path) -> Path:
    home = Home(sample_home)
    return home.build_folder(home.latest_build() or "") / "dbt" / "test" / "manifest.json"


@pytest.fixture(scope="module")
def rules(project_root: Path, manifest: Path) -> list[CatalogueRule]:
    return catalogue(project_root, manifest)


@pytest.fixture(scope="module")
def uncovered(rules: list[CatalogueRule], manifest: Path) -> list[Uncovered]:
    return uncovered_table_columns(rules, json.loads(manifest.read_text(encoding="utf-8")))


def test_every_column_of_a_fixed_table_has_a_rule_or_a_reason(uncovered: list[Uncovered]) -> None:
    exempt = exempt_columns()

    assert [item for item in uncovered if item.column not in exempt] == []


def test_no_exemption_outlives_its_need(uncovered: list[Uncovered]) -> None:
    assert exempt_columns() - {item.column for item in uncovered} == set()


def test_a_column_whose_rules_are_taken_away_is_named(
    rules: list[CatalogueRule], manifest: Path
) -> None:
    document = json.loads(manifest.read_text(encoding="utf-8"))
    fewer = [rule for rule in rules if rule.table != "core.fct_quota"]

    found = uncovered_table_columns(fewer, document)

    assert Uncovered("core.fct_quota", "period_end") in found


def test_every_count_of_a_contract_has_bounds_or_a_reason(project_root: Path) -> None:
    contracts = load_contracts(project_root).values()
    counts = {
        column.name for one in contracts for column in one.columns if column.kind == "integer"
    }

    assert unbounded_contract_columns(contracts) == []
    assert counts >= UNBOUNDED
