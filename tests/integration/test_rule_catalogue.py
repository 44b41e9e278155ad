"""The catalogue of rules, read from a home in which the sample company is really published."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from halftime.home import Home
from quality.catalogue import CatalogueRule
from quality.listing import Listing, list_catalogue

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def listing(sample_home: Path) -> Listing:
    return list_catalogue(Home(sample_home))


@pytest.fixture(scope="module")
def rules(listing: Listing) -> dict[str, CatalogueRule]:
    return {item.rule.rule_id: item.rule for item in listing.rules}


def test_every_rule_has_a_result_and_says_what_why_and_who(listing: Listing) -> None:
    silent = [
        item.rule.rule_id
        for item in listing.rules
        if item.result is None
        or not (item.rule.sentence and item.rule.rationale and item.rule.owner)
    ]

    assert silent == []
    assert len({item.rule.rule_id for item in listing.rules}) == len(listing.rules)


def test_harms_follow_the_graph(rules: dict[str, CatalogueRule]) -> None:
    quota = rules["core.quota.amount_ties"]
    movements = next(rule for rule in rules.values() if rule.table == "pipeline.fct_week_movement")

    assert "lagging.fct_lagging_indicator" in quota.marts
    assert {"Coaching", "Data & definitions", "Deals", "This week"} <= set(quota.pages)
    assert "quality.ledger" not in quota.marts
    assert movements.pages == ("This week",)


def test_the_definition_says_what_decides_and_not_what_is_only_told(
    rules: dict[str, CatalogueRule],
) -> None:
    residual = next(
        rule
        for rule in rules.values()
        if rule.kind == "singular" and "residual_rows" in rule.definition
    )

    assert residual.sentence not in residual.definition
    assert residual.severity not in residual.definition
    assert (
        "demand: id: id, required, never blank" in rules["raw.gong.call.rejected_many"].definition
    )


def test_the_command_lists_by_layer_and_what_is_broken(cli: Cli, sample_home: Path) -> None:
    done = cli("rules", "--home", str(sample_home), "--layer", "raw", "--broken", "--json")
    found = json.loads(done.stdout)

    assert {rule["layer"] for rule in found["rules"]} == {"raw"}
    assert [rule for rule in found["rules"] if rule["result"]["succeeded"]] == []
    assert "raw.column.unknown" in [rule["rule_id"] for rule in found["rules"]]


def test_the_command_groups_what_one_template_makes(cli: Cli, sample_home: Path) -> None:
    grouped = cli("rules", "--home", str(sample_home), "--layer", "raw").stdout
    one_by_one = cli("rules", "--home", str(sample_home), "--layer", "raw", "--all").stdout

    assert "raw.*.*.rejected_many (" in grouped
    assert "raw.gong.call.rejected_many" not in grouped
    assert "raw.gong.call.rejected_many" in one_by_one


def test_without_a_build_the_rules_come_without_results(cli: Cli, tmp_path: Path) -> None:
    done = cli("rules", "--home", str(tmp_path / "home"), "--layer", "indicators", "--json")
    found = json.loads(done.stdout)

    assert found["build_id"] is None
    assert {rule["engine"] for rule in found["rules"]} == {"dbt", "great_expectations"}
    assert {rule["result"] for rule in found["rules"]} == {None}
    assert not (tmp_path / "home").exists()
