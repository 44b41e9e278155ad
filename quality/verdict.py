"""The verdict over all rule results of a build; pure but for :func:`read_verdict`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quality.results import RuleResult, read_results
from quality.review import waived_rules

VerdictName = Literal["passed", "warnings", "failed"]


@dataclass(frozen=True)
class Verdict:
    """What the rules say about a build.

    ``failed`` (a critical rule is broken: not published), ``warnings`` (published with a banner) or
    ``passed``. A broken rule of severity ``info`` is shown but never weighs. Of those that are
    waived a critical one weighs as a warning and the others not at all; they stand in ``waived``
    only.
    """

    verdict: VerdictName
    rule_count: int
    broken_critical: tuple[RuleResult, ...] = ()
    broken_warning: tuple[RuleResult, ...] = ()
    broken_info: tuple[RuleResult, ...] = ()
    waived: tuple[RuleResult, ...] = ()

    @property
    def broken(self) -> tuple[RuleResult, ...]:
        """All broken rules, the heaviest first."""
        return self.broken_critical + self.broken_warning + self.broken_info


def verdict(results: Iterable[RuleResult], waived: Collection[str] = ()) -> Verdict:
    """Weigh rule results; the broken rules come ordered by rule id, then table.

    ``waived`` are ids of rules that somebody answers for. What could not be checked at all cannot
    be waived: nobody knows what it would have found.
    """
    ordered = sorted(results, key=lambda result: (result.rule_id, result.table_name))
    failed = [result for result in ordered if not result.succeeded]
    excused = tuple(result for result in failed if result.rule_id in waived and result.was_checked)
    broken = {
        severity: tuple(
            result for result in failed if result.severity == severity and result not in excused
        )
        for severity in ("critical", "warning", "info")
    }
    name: VerdictName = "passed"
    if broken["critical"]:
        name = "failed"
    elif broken["warning"] or any(result.severity == "critical" for result in excused):
        name = "warnings"
    return Verdict(
        name, len(ordered), broken["critical"], broken["warning"], broken["info"], excused
    )


def read_verdict(rules_dir: Path) -> Verdict:
    """Weigh the results that lie as Parquet in the ``rules`` folder of a build."""
    return verdict(read_results(rules_dir), waived_rules(rules_dir))
