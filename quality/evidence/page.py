"""One HTML file that opens without a network, prints well, and stays small.

The page shows what a person reads; where there is more, it says in which CSV file of the pack the
rest stands. Limits are counts of rows, so a thousand times as many rejects make no larger page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jinja2

from quality.evidence.gather import Evidence, Rows

SHOWN = {"files": 1_000, "rejected_rows": 200, "rules": 3_000}
SHOWN_KEYS = 20
SHOWN_SQL = 6_000
CHAPTERS = (
    ("identity", "Identity"),
    ("receipt", "Receipt"),
    ("reconciliation", "Reconciliation"),
    ("rejects", "Rejected rows"),
    ("corrections", "Corrections"),
    ("rules", "Rules"),
    ("changes", "Changes"),
    ("definitions", "Definitions"),
    ("suppressions", "Reasons"),
    ("signatures", "Sign-offs"),
)
_VERDICTS = {
    "passed": "All rules held",
    "warnings": "Published with warnings: no critical rule is broken",
}


def render(evidence: Evidence, signatures: Rows) -> str:
    """Return the page; every value is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"shown": shown, "words": lambda name: str(name).replace("_", " ")}
    sections = {
        name: rows if rows is None else rows[: SHOWN.get(name, len(rows))]
        for name, rows in evidence.sections.items()
    }
    broken = _broken(evidence)
    return environment.get_template("page.html.j2").render(
        **sections
        | {
            "identity": evidence.identity,
            "pairs": _pairs(evidence.identity),
            "chapters": CHAPTERS,
            "broken": bool(broken),
            "broken_rules": broken,
            "verdict": _VERDICTS.get(
                str(evidence.identity["verdict"]), "A critical rule is broken"
            ),
            "rules_without_rows": sum(
                bool(rule["succeeded"]) and not rule["evaluated_rows"]
                for rule in evidence.rows("rules")
            ),
            "files_of_unknown_length": sum(
                row.get("files_of_unknown_length") or 0 for row in evidence.rows("reconciliation")
            ),
            "counts": {name: len(rows or ()) for name, rows in evidence.sections.items()},
            "freshness_columns": list((evidence.rows("freshness") or [{}])[0]),
            "suppressions": _by_indicator(evidence.rows("suppressions")),
            "signatures": signatures,
        }
    )


def shown(value: Any) -> str:
    """Write a value for a reader: thousands apart, nothing for nothing, yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    return str(value)


def _pairs(identity: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs = {n: value for n, value in identity.items() if n != "files" and value is not None}
    for name, file in (identity.get("files") or {}).items():
        pairs[name] = f"{file['bytes']:,} bytes, sha256 {file['sha256']}"
    return [(name.replace("_", " "), value) for name, value in pairs.items()]


def _broken(evidence: Evidence) -> Rows:
    """Return the broken rules with the first of their keys and SQL of bounded length."""
    keys: dict[str, list[str]] = defaultdict(list)
    for row in evidence.rows("rule_failures"):
        keys[row["rule_id"]].append(row["key"])
    return [
        rule
        | {
            "failing": keys[rule["rule_id"]][:SHOWN_KEYS],
            "key_count": len(keys[rule["rule_id"]]),
            "sql": (rule.get("sql") or "")[:SHOWN_SQL],
        }
        for rule in evidence.rows("rules")
        if not rule["succeeded"]
    ]


def _by_indicator(rows: Rows) -> Rows:
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        totals[row["reason_code"], row["indicator_id"]] += row["figures"]
    return [
        {"reason_code": reason, "indicator_id": indicator, "figures": count}
        for (reason, indicator), count in sorted(totals.items())
    ]
