"""Pipeline: PI-03, PI-05, PI-06, PI-08, PI-11, PI-12."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from statistics import median

from .company import Company, period, periods
from .deals import Deal
from .figures import GRAINS, Figures
from .files import DAY, Files

FROM_QUARTERS = ["quarter", "year", "fiscal_quarter", "fiscal_year"]


def closings(deals: list[Deal]) -> list[tuple[Deal, dt.date]]:
    """Deals that are closed now, with their day of closing."""
    return [(deal, deal.now.close_date) for deal in deals if deal.now.stage.category != "open"]


def win_rate(figures: Figures, deals: list[Deal]) -> None:
    """PI-11: won over won and lost, by the day of closing, for the owner of that day."""
    for deal, closed in closings(deals):
        outcome = deal.now.stage.category
        if outcome not in ("won", "lost"):
            continue
        won = outcome == "won"
        owner = deal.on(closed).owner
        figures.add("PI-11.by_count", owner, closed, won, 1)
        if deal.now.amount is not None:
            amount = deal.now.amount
            figures.add(
                "PI-11.by_value", owner, closed, amount * won, amount, currency=deal.now.currency
            )


def cycle_time(figures: Figures, deals: list[Deal]) -> None:
    """PI-12: days from creation to closing; the mean is added up, medians are per entity."""
    days: dict[tuple, list[int]] = defaultdict(list)
    for deal, closed in closings(deals):
        outcome = deal.now.stage.category
        if outcome not in ("won", "lost"):
            continue
        owner, cycle = deal.on(closed).owner, (closed - deal.created).days
        if outcome == "won":
            figures.add("PI-12.mean", owner, closed, cycle, 1)
        for kind, entity in figures.company.entities(owner, closed):
            for grain in GRAINS:
                where = (kind, entity, grain, period(grain, closed)[0])
                days["median_closed", *where].append(cycle)
                if outcome == "won":
                    days["median", *where].append(cycle)
    for (measure, *where), cycles in days.items():
        figures.put(
            ("PI-12", measure, *where, "all", "all", ""), Fraction(median(cycles)), 1, len(cycles)
        )


def created_pipeline(figures: Figures, deals: list[Deal]) -> None:
    """PI-03: deals on the day on which they first reached a qualified stage."""
    for deal in deals:
        for state in deal.states:
            if state.stage.qualified:
                # The amount is that with which it got there, also if it was changed that evening.
                on, amount = state.at.date(), state.amount
                figures.add("PI-03.count", state.owner, on, 1, 0)
                if amount is not None:
                    figures.add("PI-03.amount", state.owner, on, amount, 0, currency=state.currency)
                break


def slippage(figures: Figures, deals: list[Deal]) -> None:
    """PI-05: what was due at the start of a period and was moved beyond its end."""
    for grain in ("month", "quarter", "fiscal_quarter"):
        for start, last in periods(grain, dt.date(2025, 6, 1), figures.company.as_of):
            eve, end = start - DAY, min(last, figures.company.as_of)
            for deal in deals:
                before = deal.on(eve)
                if before is None or before.stage.category != "open" or before.close_date is None:
                    continue
                if not start <= before.close_date <= last:
                    continue
                after = deal.on(end)
                slipped = after.stage.category == "open" and (
                    after.close_date is None or after.close_date > last
                )
                for measure, what, currency in (
                    ("by_count", 1, ""),
                    ("by_value", before.amount, before.currency),
                ):
                    if what is not None:
                        figures.add(
                            f"PI-05.{measure}",
                            before.owner,
                            start,
                            what * slipped,
                            what,
                            where=eve,
                            currency=currency,
                            grains=[grain],
                        )


def funnel_shape(figures: Figures, deals: list[Deal]) -> None:
    """PI-08: open deals on the last day of the period by place in the funnel."""
    # Each system's qualified open stages, first to last, as its map gives them.
    last_place = {"salesforce": 8, "hubspot": 5}
    for grain in ("month", "quarter", "fiscal_quarter"):
        for start, last in periods(grain, dt.date(2025, 6, 1), figures.company.as_of):
            end = min(last, figures.company.as_of)
            for deal in deals:
                if not deal.is_open(end):
                    continue
                state = deal.on(end)
                stage = state.stage
                if not stage.qualified:
                    place = "universe"
                elif stage.order == 2:
                    place = "above"
                elif stage.order == last_place[deal.system]:
                    place = "best_few"
                else:
                    place = "in"
                for one in ("universe", "above", "in", "best_few"):
                    figures.add(
                        "PI-08.share",
                        state.owner,
                        end,
                        one == place,
                        1,
                        member=("position", one),
                        grains=[grain],
                        starts={grain: start},
                    )


def stage_conversion(figures: Figures, deals: list[Deal]) -> None:
    """PI-06: deals that first entered a stage in the period and went on to a later one since."""
    for deal in deals:
        first: dict[int, dt.datetime] = {}
        for state in deal.states:
            if state.stage.category == "open" and state.stage.order is not None:
                first.setdefault(state.stage.order, state.at)
        for order, at in first.items():
            gone_on = any(
                state.at >= at
                and (
                    state.stage.category == "won"
                    or (state.stage.category == "open" and (state.stage.order or 0) > order)
                )
                for state in deal.states
            )
            on = at.date()
            owner = deal.on(on).owner
            for member in (("stage", f"{order:02}"), ("all", "all")):
                figures.add(
                    "PI-06.conversion", owner, on, gone_on, 1, member=member, grains=FROM_QUARTERS
                )


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    figures = Figures(company)
    figures.plain_sums |= {"PI-03"}
    alive = [deal for deal in deals.values() if not deal.deleted]
    for one in (win_rate, cycle_time, created_pipeline, slippage, funnel_shape, stage_conversion):
        one(figures, alive)
    return figures
