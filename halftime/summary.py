"""A few lines about what a command did, and the same as plain values for ``--json``."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from halftime.console import Reporter
from halftime.home import Home, utc_now
from halftime.landing import LandingReport
from halftime.publish import Publication
from quality.verdict import Verdict

# Whole reasons stand on Data & definitions and in --json; a list of twenty headers hides the rest.
_REASON_WIDTH = 160
_VERDICT_WORDS = {
    "passed": "no warning, nothing critical",
    "warnings": "published with warnings",
    "failed": "a critical rule is broken",
}


def landing_summary(report: LandingReport) -> dict[str, Any]:
    """Count the files of a landing by status and list those that were not landed."""
    return {
        "load_id": report.load_id,
        "files": dict(sorted(Counter(item.status for item in report.files).items())),
        "landed_rows": sum(item.rows for item in report.files if item.status == "landed"),
        "seconds": {name: round(value, 3) for name, value in report.seconds.items()},
        "unmatched_patterns": list(report.unmatched_patterns),
        "not_landed": [
            {"file": item.file, "status": item.status, "reason": item.reason}
            for item in report.files
            if item.status in ("rejected", "unknown")
            or (item.status == "duplicate" and item.is_new)
        ],
    }


def say_landing(summary: dict[str, Any], reporter: Reporter) -> None:
    """Print what was landed and what was not."""
    counts = ", ".join(f"{count} {status}" for status, count in summary["files"].items())
    reporter.say(f"Files      {counts or 'none'}; {summary['landed_rows']:,} rows landed")
    for item in summary["not_landed"][:10]:
        reason = textwrap.shorten(item["reason"] or "no contract", _REASON_WIDTH, placeholder=" …")
        reporter.say(f"             {item['file']}: {item['status']} – {reason}")
    for pattern in summary["unmatched_patterns"]:
        reporter.say(f"             {pattern} fits no file of the landing folder")
    hidden = len(summary["not_landed"]) - 10
    if hidden > 0:
        reporter.say(f"             and {hidden} more; see Data & definitions")


def run_summary(landed: LandingReport, verdict: Verdict, published: Publication) -> dict[str, Any]:
    """Gather what was built, what was rejected and whether the rules held."""
    with duckdb.connect(str(published.database), read_only=True) as con:
        totals = con.execute(
            """
            select sum(source_rows), sum(accepted_rows), sum(superseded_rows), sum(rejected_rows),
                sum(expired_rows), sum(residual_rows),
                count(*) filter (where not is_row_count_known)
            from quality.ledger
            """
        ).fetchone()
        reasons = con.execute(
            "select reason_code, count(*) from quality.rejected_row group by 1 order by 2 desc, 1"
        ).fetchall()
        sizes = con.execute(
            """
            select (select count(*) from core.dim_person where person_id <> '(unassigned)'),
                (select count(*) from core.fct_opportunity),
                (select count(*) from core.fct_coaching_session),
                (select count(*) from "leading".fct_leading_indicator)
                    + (select count(*) from lagging.fct_lagging_indicator)
            """
        ).fetchone()
        changes = con.execute(
            """
            select subject, rule_id, change, sentence from quality.rule_change
            where is_weaker order by subject, rule_id, change
            """
        ).fetchall()
    rows = dict(
        zip(
            ("source", "accepted", "superseded", "rejected", "expired", "residual"),
            (int(value or 0) for value in (totals or (0,) * 7)[:6]),
            strict=True,
        ),
    )
    built = dict(
        zip(
            ("people", "opportunities", "sessions", "figures"),
            map(int, sizes or (0,) * 4),
            strict=True,
        )
    )
    return {
        "build_id": published.build_id,
        "company": published.manifest["company"],
        "as_of": published.manifest["as_of"],
        "data_through": published.manifest["data_through"],
        "landing": landing_summary(landed),
        "rows": rows,
        "files_of_unknown_length": int(totals[6]) if totals else 0,
        "rejected_by_reason": {str(reason): int(count) for reason, count in reasons},
        "built": built,
        "verdict": verdict.verdict,
        "rules": verdict.rule_count,
        "broken_rules": [
            {"rule_id": rule.rule_id, "severity": rule.severity, "sentence": rule.sentence}
            for rule in verdict.broken
        ],
        "waived_rules": [
            {"rule_id": rule.rule_id, "severity": rule.severity, "sentence": rule.sentence}
            for rule in verdict.waived
        ],
        "rule_changes": [
            dict(zip(("subject", "rule_id", "change", "sentence"), change, strict=True))
            for change in changes
        ],
        "database": str(published.database),
    }


def _expired(rows: int) -> str:
    return f" + {rows:,} expired" if rows else ""


def say_summary(summary: dict[str, Any], reporter: Reporter, home: Path) -> None:
    """Print the outcome of a run in a few lines, ending with the one command to go on with."""
    rows, built = summary["rows"], summary["built"]
    reporter.say()
    reporter.say(f"{summary['company']}, as of {summary['as_of']}: build {summary['build_id']}")
    say_landing(summary["landing"], reporter)
    reporter.say(
        f"Rows       {rows['source']:,} read = {rows['accepted']:,} accepted + "
        f"{rows['superseded']:,} superseded + {rows['rejected']:,} rejected"
        f"{_expired(rows['expired'])}; "
        f"residual {rows['residual']}"
    )
    if unknown := summary["files_of_unknown_length"]:
        files = "1 file" if unknown == 1 else f"{unknown:,} files"
        reporter.say(f"             and {files} with an unknown number of rows, rejected whole")
    reasons = ", ".join(
        f"{reason} {count:,}" for reason, count in summary["rejected_by_reason"].items()
    )
    if reasons:
        reporter.say(f"Rejected   {reasons}{_in_whole_files(summary)}")
    reporter.say(
        f"Built      {built['people']:,} people, {built['opportunities']:,} opportunities, "
        f"{built['sessions']:,} coaching sessions, {built['figures']:,} figures"
    )
    reporter.say(
        f"Rules      {summary['rules']} checked, {len(summary['broken_rules'])} broken: "
        f"{_VERDICT_WORDS[summary['verdict']]}"
    )
    for rule in rarest_first(summary["broken_rules"])[:5]:
        reporter.say(f"             {rule['severity']}: {rule['sentence']}")
    for rule in summary["waived_rules"]:
        reporter.say(f"             {rule['severity']}, waived: {rule['sentence']}")
    unlisted = len(summary["broken_rules"]) - 5
    if unlisted > 0:
        reporter.say(f"             and {unlisted} more; see Data & definitions")
    reporter.say(f"Chain      {summary['chain_head']}")
    reporter.say()
    reporter.say(f"Next: {_next_command(home)}   then open http://127.0.0.1:8501")


def _in_whole_files(summary: dict[str, Any]) -> str:
    """Tell of the rejected rows that have no reason of their own: their file has it."""
    rows = int(summary["rows"]["rejected"]) - sum(summary["rejected_by_reason"].values())
    return f", in files rejected whole {rows:,}" if rows else ""


def rarest_first(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort broken rules within their severity: what breaks once before what many objects break.

    A rule that is filled in per object ends in the name of its kind. A dozen of one kind would hide
    the one that says that a correction was approved by its author.
    """
    kinds = [str(rule["rule_id"]).rpartition(".")[2] for rule in rules]
    counts = Counter(kinds)
    severities = list(dict.fromkeys(rule["severity"] for rule in rules))
    places = sorted(
        range(len(rules)),
        key=lambda at: (severities.index(rules[at]["severity"]), counts[kinds[at]], at),
    )
    return [rules[at] for at in places]


def _next_command(home: Path) -> str:
    return "make dashboard" if home == Path("var") else f"halftime dashboard --home {home}"


def home_status(home: Home) -> dict[str, Any]:
    """Tell what is served, since when, and how the last builds ended."""
    was_locked = home.is_locked()
    paths = sorted(home.builds.glob("*/run.json"), reverse=True)[:10]
    states = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    # Asked twice, so that a run that begins or ends meanwhile is not called interrupted.
    is_alive = was_locked or home.is_locked()
    builds = [
        _build_status(state, is_alive=is_alive and position == 0)
        for position, state in enumerate(states)
    ]
    return {
        "home": str(home.root),
        "served": home.current(),
        "now": utc_now().isoformat(),
        "builds": builds,
    }


def _build_status(state: dict[str, Any], *, is_alive: bool) -> dict[str, Any]:
    """Tell how one build ended; one that says 'running' while nobody lives was interrupted."""
    status = state["status"]
    problem = next(
        (f"{name}: {step['error']}" for name, step in state["steps"].items() if "error" in step),
        None,
    )
    begun = [name for name, step in state["steps"].items() if step["status"] == "running"]
    if not is_alive and (begun or status == "running"):
        status = "interrupted"
        problem = f"{begun[-1]}: its process ended before the step did" if begun else None
    return {
        "build_id": state["build_id"],
        "status": status,
        "verdict": state.get("verdict"),
        "problem": problem,
    }


def say_status(state: dict[str, Any], reporter: Reporter) -> None:
    """Print the status of a home."""
    served = state["served"]
    if served is None:
        reporter.say(f"Nothing is published in {state['home']} yet. Begin with 'halftime run'.")
    else:
        reporter.say(
            f"Served: {served['build_id']} (as of {served['as_of']}, "
            f"published {served['published_at']}, {_VERDICT_WORDS[served['verdict']]})"
        )
    for build in state["builds"]:
        reporter.say(
            f"  {build['build_id']}  {build['status']}  {build['verdict'] or ''}  "
            f"{build['problem'] or ''}".rstrip()
        )
