"""What is called out when the rules, waivers or definitions of two builds differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from quality.changes import Change, definition_changes, rule_changes, waiver_changes
from quality.results import RuleResult
from quality.verdict import verdict
from quality.waivers import Waiver

TODAY = dt.date(2026, 9, 30)


def rule(**changed: Any) -> dict[str, Any]:
    return {
        "rule_id": "deal.stage",
        "severity": "warning",
        "sentence": "Every stage is known.",
        "tolerance_share": 0.01,
        "tolerance_rows": 2,
        "accepted_values": "lost\nopen\nwon",
        "definition": "test: accepted_values\ncolumn_name: stage",
        "is_waived": False,
        "waived_until": None,
    } | changed


def indicator(**changed: Any) -> dict[str, Any]:
    return {
        "indicator_id": "PI-11",
        "measure_id": "by_value",
        "version": 1,
        "valid_from": "2026-11-01",
        "formula": "won / decided",
        "minimum_n": 5,
    } | changed


def waiver(until: dt.date = TODAY, rule_id: str = "deal.stage") -> Waiver:
    return Waiver(rule_id, "A. Auditor", "The vendor mends it in May.", until)


def told(changes: list[Change]) -> list[tuple[str, bool]]:
    return [(change.change, change.is_weaker) for change in changes]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"sentence": "Worded better."}, []),
        ({"severity": "info"}, [("severity_lowered", True)]),
        ({"severity": "critical"}, [("severity_raised", False)]),
        ({"tolerance_share": 0.02}, [("tolerance_widened", True)]),
        ({"tolerance_rows": 3, "tolerance_share": 0.0}, [("tolerance_widened", True)]),
        ({"tolerance_rows": 1}, [("tolerance_narrowed", False)]),
        ({"accepted_values": "lost\nopen\nstale\nwon"}, [("values_added", True)]),
        ({"accepted_values": "lost\nopen"}, [("values_removed", False)]),
        ({"accepted_values": ""}, [("values_removed", True)]),
        ({"definition": "test: accepted_values\nwhere: 1 = 0"}, [("definition_changed", True)]),
    ],
)
def test_a_rule_that_asks_for_less_is_called_out(
    changed: dict[str, Any], expected: list[tuple[str, bool]]
) -> None:
    assert told(rule_changes([rule()], [rule(**changed)])) == expected


def test_a_rule_that_is_gone_is_called_out_by_name() -> None:
    (gone,) = rule_changes([rule()], [])

    assert (gone.change, gone.rule_id, gone.is_weaker) == ("removed", "deal.stage", True)
    assert "deal.stage" in gone.sentence


def test_a_build_that_knew_no_definitions_is_compared_by_ids_and_severities() -> None:
    before = {"rule_id": "deal.stage", "severity": "critical", "sentence": ""}

    assert told(rule_changes([before], [rule()])) == [("severity_lowered", True)]


def test_a_changed_definition_shows_the_place_of_a_long_text() -> None:
    old, new = (f"sql: {'a, ' * 400}{word} from deals {'b, ' * 400}" for word in ("all", "few"))

    (change,) = rule_changes([rule(definition=old)], [rule(definition=new)])

    assert "all from deals" in change.before
    assert "few from deals" in change.after


@pytest.mark.parametrize(
    ("before", "waivers", "expected"),
    [
        ([], [waiver()], [("waived", True)]),
        ([rule(is_waived=True, waived_until=TODAY)], [waiver()], []),
        (
            [rule(is_waived=True, waived_until=TODAY)],
            [waiver(TODAY + dt.timedelta(1))],
            [("waiver_prolonged", True)],
        ),
        ([], [waiver(TODAY - dt.timedelta(1))], [("waiver_expired", True)]),
        (
            [rule(is_waived=True, waived_until=TODAY - dt.timedelta(1))],
            [waiver(TODAY - dt.timedelta(1))],
            [("waiver_expired", True)],
        ),
        ([rule(is_waived=True, waived_until=TODAY)], [], [("waiver_ended", False)]),
        ([], [waiver(rule_id="deal.stag")], [("waiver_unknown", True)]),
    ],
)
def test_waivers_are_called_out_when_they_begin_grow_or_run_out(
    before: list[dict[str, Any]], waivers: list[Waiver], expected: list[tuple[str, bool]]
) -> None:
    assert told(waiver_changes(before, waivers, ["deal.stage"], TODAY)) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"valid_from": "2026-12-01"}, []),
        ({"minimum_n": 1}, [("changed_without_version", True)]),
        ({"formula": "won / all", "version": 2}, [("new_version", False)]),
        ({"version": 0}, [("changed_without_version", True)]),
    ],
)
def test_a_definition_needs_a_new_version_to_change(
    changed: dict[str, Any], expected: list[tuple[str, bool]]
) -> None:
    assert told(definition_changes([indicator()], [indicator(**changed)])) == expected


@pytest.mark.parametrize(
    ("severity", "message", "expected"),
    [
        ("critical", None, "warnings"),
        ("warning", None, "passed"),
        ("critical", "Could not be checked. The table is missing.", "failed"),
    ],
)
def test_a_waived_rule_does_not_stop_unless_it_could_not_be_checked(
    severity: str, message: str | None, expected: str
) -> None:
    broken = RuleResult(
        "b", "deal.stage", "core", "dbt", severity, False, 9, 1, "…", "…", "core.deal", message
    )

    found = verdict([broken], {"deal.stage"})

    assert found.verdict == expected
    assert found.waived == (() if expected == "failed" else (broken,))
