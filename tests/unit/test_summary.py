"""What a run says of itself on the terminal."""

from __future__ import annotations

from halftime.summary import rarest_first


def test_what_breaks_once_comes_before_what_many_objects_break() -> None:
    """Severity goes first all the same."""
    names = [
        ("core.deal.closed", "critical"),
        ("raw.salesforce.event.rejected_some", "warning"),
        ("raw.salesforce.task.rejected_some", "warning"),
        ("CORRECTION-APPROVED-BY-AUTHOR", "warning"),
        ("stage.mapped", "info"),
    ]
    rules = [{"rule_id": name, "severity": severity} for name, severity in names]
    assert [rule["rule_id"] for rule in rarest_first(rules)] == [
        "core.deal.closed",
        "CORRECTION-APPROVED-BY-AUTHOR",
        "raw.salesforce.event.rejected_some",
        "raw.salesforce.task.rejected_some",
        "stage.mapped",
    ]
    assert rarest_first([]) == []
