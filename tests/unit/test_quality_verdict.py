"""The verdict weighs results by severity and names the broken rules."""

from __future__ import annotations

from itertools import product

import pytest

from quality.results import RuleResult
from quality.verdict import verdict


def result(rule_id: str, severity: str, *, succeeded: bool) -> RuleResult:
    return RuleResult(
        build_id="b",
        rule_id=rule_id,
        layer="core",
        engine="dbt",
        severity=severity,
        succeeded=succeeded,
        evaluated_rows=10,
        unexpected_rows=0 if succeeded else 1,
        sentence="It holds.",
        owner="data team",
        table_name="core.deal",
    )


@pytest.mark.parametrize(
    ("critical", "warning", "info"),
    list(product([True, False], repeat=3)),
)
def test_the_heaviest_broken_rule_decides(critical: bool, warning: bool, info: bool) -> None:
    found = verdict(
        [
            result("c", "critical", succeeded=critical),
            result("w", "warning", succeeded=warning),
            result("i", "info", succeeded=info),
        ],
    )

    expected = "failed" if not critical else "warnings" if not warning else "passed"
    assert found.verdict == expected
    assert len(found.broken_critical) == (not critical)
    assert len(found.broken_warning) == (not warning)
    assert len(found.broken_info) == (not info)


def test_all_broken_rules_are_listed_with_the_heaviest_first() -> None:
    names = ("info", "critical", "warning")
    found = verdict([result(name, name, succeeded=False) for name in names])

    assert [broken.rule_id for broken in found.broken] == ["critical", "warning", "info"]


def test_no_rule_at_all_passes() -> None:
    assert verdict([]).verdict == "passed"


def test_the_order_of_results_does_not_matter() -> None:
    results = [result(name, "critical", succeeded=False) for name in ("b", "a", "c")]

    assert verdict(results) == verdict(reversed(results))
    assert [broken.rule_id for broken in verdict(results).broken_critical] == ["a", "b", "c"]
