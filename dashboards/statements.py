"""Which rows of core make up an indicator: said once, for these pages and for ``halftime trace``.

The statements are files of ``quality/trace/rows``; the head of each names its indicators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "quality" / "trace" / "rows"
#: What was answered in confidence: the file and row of an answer would tell whose it is.
CONFIDENTIAL = "answers"


@dataclass(frozen=True)
class Statement:
    """The SQL that finds the rows of some indicators, and whether they add up to a figure."""

    name: str
    sql: str
    adds_up: bool


def statement(indicator_id: str, measure_id: str) -> Statement | None:
    """Return the statement of a measure, else of its indicator; None where there is none."""
    known = _statements()
    return known.get(f"{indicator_id}:{measure_id}") or known.get(indicator_id)


@cache
def _statements() -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for path in sorted(FOLDER.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        named = re.search(r"^-- indicators: (.+)$", text, re.MULTILINE)
        if named is None or path.stem == CONFIDENTIAL:
            continue
        adds_up = re.search(r"^-- sums: none$", text, re.MULTILINE) is None
        # The trace attaches the build under a name; here it is the database that is open.
        here = re.sub(r"\bbuild\.(?=[a-z\"])", "", text)
        for name in named[1].split(","):
            found[name.strip()] = Statement(path.stem, here, adds_up)
    return found
