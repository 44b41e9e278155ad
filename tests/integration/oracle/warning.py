"""Warning signs of open deals: ST-04, ST-05, ST-06."""

from __future__ import annotations

import datetime as dt

from .company import Company, periods
from .deals import Deal
from .figures import GRAINS, Figures
from .files import Files


def pushes(deal: Deal, until: dt.date) -> list[int]:
    """Days of each move of the expected close date to a later one, on a deal that stayed open."""
    found = []
    for before, after in zip(deal.states, deal.states[1:], strict=False):
        if after.at.date() > until:
            break
        stays_open = before.stage.category == after.stage.category == "open"
        if not stays_open or before.close_date is None or after.close_date is None:
            continue
        if after.close_date > before.close_date:
            found.append((after.close_date - before.close_date).days)
    return found


def regressions(deal: Deal, until: dt.date) -> int:
    """Moves from an open stage to an open one with an earlier place in the funnel."""
    found = 0
    for before, after in zip(deal.states, deal.states[1:], strict=False):
        if after.at.date() <= until and before.stage.order and after.stage.order:
            found += after.stage.order < before.stage.order
    return found


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    """Everything is looked at on the last day of each period, for the owner of that day."""
    figures = Figures(company)
    alive = [deal for deal in deals.values() if not deal.deleted]
    # What the open deals looked like on a day is the same for all periods that end on it.
    ends: dict[dt.date, list[tuple[str, dt.date]]] = {}
    for grain in GRAINS:
        for start, last in periods(grain, dt.date(2025, 1, 1), company.as_of):
            ends.setdefault(min(last, company.as_of), []).append((grain, start))
    for end, found in ends.items():
        for deal in alive:
            if not deal.is_open(end):
                continue
            state = deal.on(end)
            pushed, back = pushes(deal, end), regressions(deal, end)
            for grain, start in found:
                at = {"grains": [grain], "starts": {grain: start}}
                figures.add("ST-04.count", state.owner, end, len(pushed), 1, **at)
                figures.add("ST-04.days", state.owner, end, sum(pushed), 1, **at)
                figures.add("ST-04.share", state.owner, end, bool(pushed), 1, **at)
                if state.close_date is not None:
                    overdue = state.close_date < end
                    figures.add("ST-05.share", state.owner, end, overdue, 1, **at)
                figures.add("ST-06.share", state.owner, end, back > 0, 1, **at)
                figures.add("ST-06.count", state.owner, end, back, 1, **at)
    return figures
