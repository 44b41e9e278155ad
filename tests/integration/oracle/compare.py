"""Holding what was published against what the oracle found."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb

from .figures import Figures

TOLERANCE = 1e-9
# The published parts of a rep-month are rounded to a millionth of an hour before they are added up
# (CO-06), though its definition says that nothing is rounded.
ROUNDED = {"CO-06": 1e-7}
# Without a figure, and rightly so: nothing was counted, or a cohort is too young.
WITHOUT_VALUE = {
    "no_source",
    "no_denominator",
    "no_quota",
    "quota_met",
    "immature",
    "not_reached",
    "too_few",
}
COLUMNS = """
    indicator_id, measure_id, entity_type, entity_id, period_grain, period_start, dimension, member,
    if(currency_code in ('all', 'none'), '', currency_code) as currency,
    cast(numerator as double) as numerator, cast(denominator as double) as denominator,
    value, observation_count, reason_code
"""


def published(database: Path) -> dict[tuple, tuple]:
    """All published figures: numerator, denominator, value, n and reason by their key."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            f'select {COLUMNS} from "leading".fct_leading_indicator union all '
            f"select {COLUMNS} from lagging.fct_lagging_indicator"
        ).fetchall()
    return {row[:9]: row[9:] for row in rows}


def same(indicator: str, mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    tolerance = ROUNDED.get(indicator, TOLERANCE)
    return math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=1e-12)


def disagreements(
    figures: Figures, figures_published: dict[tuple, tuple], measures: set[tuple[str, str]]
) -> tuple[int, list[str]]:
    """How many figures were compared, and a line for each on which both do not agree."""
    mine = {key: value for key, value in figures.values().items() if key[:2] in measures}
    compared, lines = 0, []
    # By another breakdown than its own the oracle has nothing to say.
    broken_down = {(*key[:2], key[6]) for key in figures.sums}
    nothing = {True: (0.0, 1.0, 0.0, 0), False: (0.0, 0.0, None, 0)}
    kinds = {(key[0], key[1], key[2], key[4], key[6]) for key in figures_published}
    for key, (up, down, _, n) in mine.items():
        if key in figures_published or (key[0], key[1], key[2], key[4], key[6]) not in kinds:
            continue
        if n:
            lines.append(f"{key}: the oracle has {up}/{down} of n {n}, nothing is published")
    for key, (up, down, value, n, reason) in figures_published.items():
        if key[:2] not in measures or (*key[:2], key[6]) not in broken_down:
            continue
        compared += 1
        my_up, my_down, my_value, my_n = mine.get(key, nothing[key[0] in figures.plain_sums])
        if reason in WITHOUT_VALUE or value is None:
            if (n or 0) != my_n and my_n:
                lines.append(f"{key}: published {reason} of n {n}, the oracle counted {my_n}")
        elif not same(key[0], my_value, value) or my_n != n:
            lines.append(
                f"{key}: published {up}/{down} = {value} of n {n} ({reason}), "
                f"the oracle {my_up}/{my_down} = {my_value} of n {my_n}"
            )
    return compared, lines
