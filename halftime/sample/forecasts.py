"""What managers forecast for the quarter, week by week, as sales operations collects it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.company import Company
from halftime.sample.deals import Deals
from halftime.sample.spreadsheets import german_amount, german_day, quarters, reference
from halftime.sample.text import DAY, pick

OPTIMISM = 0.1
"""Part that a manager adds to what is open, per level by which the claimed maturity is too high."""

ROUNDED = 1_000
SUBMITTED_SECOND = 8 * 3600
CALLS = ("Commit", "Upside")
_STAGES = {"Commit": ("Forecast",), "Upside": ("Forecast", "BestCase")}


def _sums(
    company: Company, deals: Deals, day: int, first: int, last: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Won in the quarter so far, and open at its end by call, in cents; both by team."""
    changes = deals.changes
    state = deals.state_at(day * DAY + SUBMITTED_SECOND)
    known = np.flatnonzero(state >= 0)
    now = state[known]
    team = company.team_of(deals.seat[known], np.full(len(known), day))
    stage, amount = changes.stage[now], changes.amount[now]
    teams = len(company.team_name)

    def total(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(team[chosen], weights=amount[chosen], minlength=teams)

    due = (changes.close_day[now] <= last) & (stage < names.WON)
    category = np.array(names.STAGE_FORECAST)[stage]
    won = total((stage == names.WON) & (changes.second[now] >= first * DAY))
    return won, {call: total(due & np.isin(category, _STAGES[call])) for call in CALLS}


def forecast_table(company: Company, deals: Deals) -> tuple[pa.Table, np.ndarray]:
    """One row per manager, Monday of this fiscal year and call, and the region of each row."""
    calendar = quarters(company)
    this_year = calendar[-1][0]
    weeks = [
        (day, first, last)
        for year, first, last in calendar
        if year == this_year
        for day in range(first + (-first - 3) % 7, min(last, company.size.last_day) + 1, 7)
    ]
    teams = np.arange(len(company.team_name))
    too_high = company.says - company.maturity
    manager, amount = [], []
    for day, first, last in weeks:
        here = company.manager_of(teams, np.full(len(teams), day))
        won, due = _sums(company, deals, day, first, last)
        for call in CALLS:
            manager.append(here)
            amount.append((won + due[call] * (1 + OPTIMISM * too_high[here])) / 100)
    turns = len(CALLS) * len(teams)
    rounded = np.rint(np.concatenate(amount) / ROUNDED).astype(int) * ROUNDED
    region = np.tile(company.team_region, len(weeks) * len(CALLS))
    table = pa.table(
        {
            "Manager": reference(
                company, np.concatenate(manager), np.ones(len(rounded), dtype=bool)
            ),
            "Quarter start": [german_day(first) for _, first, _ in weeks for _ in range(turns)],
            "Quarter end": [german_day(last) for _, _, last in weeks for _ in range(turns)],
            "Week of": [german_day(day) for day, _, _ in weeks for _ in range(turns)],
            "Call": [call for _ in weeks for call in CALLS for _ in teams],
            "Amount": [german_amount(int(value)) for value in rounded],
            "Currency": pick([item.currency for item in names.REGIONS], region),
        }
    )
    return table, region
