"""The verdict over all rule results of a build; pure but for :func:`read_verdict`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quality.results import RuleResult, read_results

VerdictName = Literal["passed", "warnings", "failed"]


@dataclass(frozen=True)
class Verdict:
    """What the rules say about a build.

    ``failed`` (a critical rule is broken: not published), ``warnings`` (published with a banner) or
    ``passed``. A broken rule of severity ``info`` is shown but never weighs.
    """

    verdict: VerdictName
    rule_count: int
    broken_critical: tuple[RuleResult, ...] = ()
    broken_warning: tuple[RuleResult, ...] = ()
    broken_info: tuple[RuleResult, ...] = ()

    @property
    def broken(self) -> tuple[RuleResult, ...]:
        """All broken rules, the heaviest first."""
        return self.broken_critical + self.broken_warning + self.broken_info


def verdict(results: Iterable[RuleResult]) -> Verdict:
    """Weigh rule results; the broken rules come ordered by rule id, then table."""
    ordered = sorted(results, key=lambda result: (result.rule_id, result.table_name))
    broken = {
        severity: tuple(
            result for result in ordered if not result.succeeded and result.severity == severity
        )
        for severity in ("critical", "warning", "info")
    }
    name: VerdictName = "passed"
    if broken["critical"]:
        name = "failed"
    elif broken["warning"]:
        name = "warnings"
    return Verdict(name, len(ordered), broken["critical"], broken["warning"], broken["info"])


def read_verdict(rules_dir: Path) -> Verdict:
    """Weigh the results that lie as Parquet in the ``rules`` folder of a build."""
    return verdict(read_results(rules_dir))
