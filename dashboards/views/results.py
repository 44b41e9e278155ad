"""Results: attainment, win rate, cycle and forecasts by quarter; new hires: ramp and fade."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components import charts, charts_results, data, filters, frame
from dashboards.components import result_words as said
from dashboards.components.block import under
from dashboards.components.figures import Unit
from dashboards.components.words import NO_VALUE, as_date, day, plain
from dashboards.queries import indicators, results, selection
from dashboards.queries.base import Entity, Measure, Period

PAGE = "Results"
QUARTERS = 8
OWN_TABS = ["Win rate", "Cycle"]
TABS = ["By part", *OWN_TABS, "Forecasts", "New hires"]
BY_COUNT = Measure("PI-11", "by_count")
GROUPS = ("region", "team")  # only these are ranked; persons stand by name
AT_QUOTA = {True: Measure("QU-02", "at_quota"), False: Measure("QU-02", "at_quota_to_date")}
CYCLES = (
    Measure("PI-12", "median"),
    Measure("PI-12", "median_survival"),
    Measure("PI-12", "mean"),
)
FORECASTS = (Measure("PI-13", "accuracy"), Measure("PI-13", "bias"))
HIRES = (Measure("RA-01", "median"), Measure("RA-02", "median"), Measure("RA-03", "median"))


def render() -> None:
    """Draw the page."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    period = filters.period("fiscal_quarter")
    if clock.empty or entity is None or period is None:
        frame.nothing_to_see()
        return
    currency = filters.currency(str(clock.iloc[0]["reporting_currency"]), entity)
    today = min(as_date(clock.iloc[0]["as_of_date"]), period.end)
    st.caption(f"{plain(entity.label)} · {period.label}, as of {day(today)}")
    show_attainment(entity, period, currency, (today - period.start).days + 1)
    # Forecasts and hires are of groups, and nobody is below a rep.
    names = OWN_TABS if entity.entity_type == "rep" else TABS
    drawn = {
        "By part": lambda: show_parts(entity, period),
        "Win rate": lambda: show_win_rate(entity, period, currency),
        "Cycle": lambda: show_cycle(entity, period),
        "Forecasts": lambda: show_forecasts(entity, period),
        "New hires": lambda: show_hires(entity, period),
    }
    tabs = st.tabs(names, key="part", on_change="rerun", bind="query-params")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            with tab:
                drawn[name]()


def figure_of(measure: Measure, entity: Entity, period: Period) -> str:
    """Return a figure as ``halftime trace`` takes it."""
    place = (
        "company" if entity.entity_type == "company" else f"{entity.entity_type}={entity.entity_id}"
    )
    money = "" if measure.currency == "none" else f"@currency={measure.currency}"
    when = f"{period.grain}={period.start}"
    return f"'{measure.indicator_id}:{measure.measure_id}@{place}@{when}{money}'"


def show_attainment(entity: Entity, period: Period, currency: str, days_gone: int) -> None:
    """Draw the dominant chart: won amounts beside the quota, quarter by quarter."""
    measure = Measure("QU-01", "attainment_to_date", currency)
    at_quota = AT_QUOTA[period.is_complete]
    asked = (entity, period, (measure, at_quota), "all", QUARTERS)
    rows = data.ask(indicators.series, *asked)
    shown = said.attainment_rows(rows, currency)
    title = said.attainment_title(shown, entity, period, currency)
    st.title(title, anchor=False)
    if shown.empty:
        withheld = f" Or the figures are {data.withheld()}." if data.is_council() else ""
        st.write(
            f"Attainment needs a quota in {currency} for days up to this quarter. Choose another "
            "quarter or currency in the sidebar, or deliver quotas (halftime template tabular) and "
            f"run again.{withheld}"
        )
        return
    st.caption(said.attainment_note(shown, period, days_gone))
    words = "; ".join(shown["quarter"] + " " + shown["text"] + " of quota")
    charts.show(
        charts_results.attainment(shown, currency),
        f"Columns of won amounts beside quotas in {currency}. {title}. {words}.",
        key="attainment",
    )
    reached = said.at_quota(said.quarters(rows, *AT_QUOTA_KEY[period.is_complete]), period)
    if reached:
        st.markdown(reached)
    under(
        shown,
        name="attainment",
        page=PAGE,
        asked=[(indicators.series, asked)],
        measures=[measure, at_quota],
        trace=figure_of(measure, entity, period),
    )


AT_QUOTA_KEY = {key: (value.indicator_id, value.measure_id) for key, value in AT_QUOTA.items()}


def show_parts(entity: Entity, period: Period) -> None:
    """Draw the attainment of each part of the chosen one."""
    rows = data.ask(results.parts, entity, period)
    if rows.empty:
        st.header("No part of it has a figure that can be shown", anchor=False)
        if not data.shows_persons() and entity.entity_type not in ("company", "region"):
            st.write("Your role sees groups, not persons. Choose the company or a region.")
        elif data.is_council():
            st.write(f"Each is {data.withheld()} stand behind it.")
        else:
            st.write("None had a quota in this quarter. Choose another quarter in the sidebar.")
        return
    shown = said.part_rows(rows)
    title = said.parts_title(rows, period)
    st.header(title, anchor=False)
    kind = rows["entity_type"].iloc[0]
    so_far = "" if period.is_complete else " of the days gone by"
    st.caption(
        f"Won amount as a share of the quota{so_far}, each currency by itself, "
        f"{'the highest first' if kind in GROUPS else 'by name'}; the line is 100%. "
        "What was won in a currency without a quota is in none of them."
        + (" One quarter of one person says little about that person." if kind == "rep" else "")
    )
    words = "; ".join(shown["part"] + " " + shown["text"])
    charts.show(charts_results.parts(shown), f"Bars of attainment. {title}. {words}.", key="parts")
    under(
        rows.drop(columns=["entity_id"]),
        name="attainment_by_part",
        page=PAGE,
        asked=[(results.parts, (entity, period))],
        measures=[Measure("QU-01", "attainment_to_date")],
    )


def show_win_rate(entity: Entity, period: Period, currency: str) -> None:
    """Draw the win rate with its interval, and beside it who ended without a decision."""
    by_value = Measure("PI-11", "by_value", currency)
    asked = (entity, period, (BY_COUNT, by_value), "all", QUARTERS)
    rows = data.ask(indicators.series, *asked)
    other = data.ask(results.outcomes, entity, period, QUARTERS)
    found = said.quarters(rows, BY_COUNT.indicator_id, BY_COUNT.measure_id)
    title = said.win_title(found, period)
    st.header(plain(title), anchor=False)
    shown = pd.concat(
        [
            said.marks(found, said.WON, Unit.RATE),
            said.marks(said.undecided_quarters(other), said.UNDECIDED, Unit.RATE),
        ],
        ignore_index=True,
    )
    if shown.empty:
        st.write("No deal was closed in these quarters. Choose another part of the organisation.")
        return
    st.caption(
        "● won of won and lost, ■ no decision of all closed; the line is the 95% interval "
        "(Wilson). Hollow: a quarter that still runs, which is not compared. Grey: too few, or "
        f"the data begin too shortly before. {said.undecided_note(other, period)}"
    )
    top = min(1.0, max(0.5, float(shown["high"].max()) * 1.12))
    charts.show(
        charts_results.quarters(
            shown,
            [said.WON, said.UNDECIDED],
            title="Share of deals",
            axis={"format": ".0%"},
            domain=[0, top],
        ),
        f"Win rate and share without a decision by quarter, with intervals. {title}.",
        key="win_rate",
    )
    by_value_words = said.by_value_note(
        said.quarters(rows, by_value.indicator_id, by_value.measure_id), period, currency
    )
    if by_value_words:
        st.markdown(by_value_words)
    under(
        shown.drop(columns=["text"]),
        name="win_rate",
        page=PAGE,
        asked=[(indicators.series, asked), (results.outcomes, (entity, period, QUARTERS))],
        measures=[BY_COUNT, by_value],
        trace=figure_of(BY_COUNT, entity, period),
    )


def show_cycle(entity: Entity, period: Period) -> None:
    """Draw how long won deals took, and all deals with the open ones censored."""
    asked = (entity, period, CYCLES, "all", QUARTERS)
    rows = data.ask(indicators.series, *asked)
    found = said.quarters(rows, "PI-12", "median")
    title = said.cycle_title(found, period)
    st.header(plain(title), anchor=False)
    shown = pd.concat(
        [
            said.marks(found, said.CLOSED, Unit.DAYS),
            said.marks(said.quarters(rows, "PI-12", "median_survival"), said.CREATED, Unit.DAYS),
        ],
        ignore_index=True,
    )
    if shown.empty:
        st.write("No deal was won in these quarters. Choose another part of the organisation.")
        return
    st.caption(
        "Medians in days; the line is the 95% interval. ● deals won, by the quarter they closed "
        "in; ■ all deals, by the quarter they were created in (Kaplan and Meier). Hollow: a "
        f"quarter that still runs. {said.censored_note(rows, period)}"
    )
    shown["text"] = [f"{value:.0f}" for value in shown["value"]]
    top = float(shown["high"].max()) * 1.15
    charts.show(
        charts_results.quarters(
            shown, [said.CLOSED, said.CREATED], title="Days", axis={}, domain=[0, top]
        ),
        f"Median days to the close by quarter, with intervals. {title}.",
        key="cycle",
    )
    under(
        shown.drop(columns=["text"]),
        name="cycle",
        page=PAGE,
        asked=[(indicators.series, asked)],
        measures=CYCLES,
        trace=figure_of(CYCLES[0], entity, period),
    )


def show_forecasts(entity: Entity, period: Period) -> None:
    """Draw how near the forecasts of day 1, 30 and 60 came to what was won."""
    asked = (entity, period, QUARTERS)
    rows = data.ask(results.forecasts, *asked)
    shown = said.forecast_marks(rows)
    title = said.forecast_title(rows)
    st.header(plain(title), anchor=False)
    if shown.empty:
        withheld = f" Or they are {data.withheld()}." if data.is_council() else ""
        st.write(
            "It needs forecasts that managers committed to for a quarter that is over. Deliver "
            f"them (halftime template tabular), or choose a larger part.{withheld}"
        )
        return
    kinds = [kind for kind in said.KINDS.values() if kind in set(shown["kind"])]
    st.caption(f"● day 1, ■ day 30, ▲ day 60 of the quarter. {said.forecast_note(rows)}")
    low = min(0.0, float(shown["low"].min()) * 1.15)
    charts.show(
        charts_results.quarters(
            shown, kinds, title="Accuracy", axis={"format": ".0%"}, domain=[low, 1.1]
        ),
        f"Forecast accuracy by quarter and by the day of the forecast. {title}.",
        key="forecasts",
    )
    under(
        rows,
        name="forecast_accuracy",
        page=PAGE,
        asked=[(results.forecasts, asked)],
        measures=FORECASTS,
        trace=figure_of(FORECASTS[0], entity, period),
    )


def show_hires(entity: Entity, period: Period) -> None:
    """Draw how fast new hires come on, whether they fade, and each quarter's cohort."""
    asked = (entity, period, HIRES, "all", QUARTERS)
    rows = data.ask(indicators.series, *asked)
    curve = data.ask(results.ramp, entity, period.end)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_ramp(entity, period, curve)
    with right:
        show_fade(rows, (indicators.series, asked))
    cohorts = said.cohort_rows(rows)
    if cohorts.empty:
        withheld = f" Or the figures are {data.withheld()}." if data.is_council() else ""
        st.write(f"No hire of a rep of {plain(entity.label)} is known in these quarters.{withheld}")
        return
    st.header("Each quarter's new hires", anchor=False)
    st.dataframe(
        cohorts,
        hide_index=True,
        placeholder=NO_VALUE,
        column_config={
            "hired_in": st.column_config.TextColumn("Hired in", width="small"),
            "n": st.column_config.NumberColumn("Reps hired", format="localized", width="small"),
            "first_deal": st.column_config.TextColumn(
                "First deal: median and 95% interval", width="large"
            ),
            "productive": st.column_config.TextColumn(
                "80% of the tenured: median and 95% interval", width="large"
            ),
        },
    )
    st.caption(
        "Who has not got there is counted for as long as watched (censored), leavers until their "
        "last day. A ? is an end that the data do not reach yet."
    )
    under(
        cohorts,
        name="new_hires",
        page=PAGE,
        asked=[(indicators.series, asked)],
        measures=HIRES[:2],
        trace=figure_of(HIRES[1], entity, period),
    )


def show_ramp(entity: Entity, period: Period, curve: pd.DataFrame) -> None:
    """Draw the share of each year's hires who have come up to speed, by months since the hire."""
    title = said.ramp_title(curve)
    st.header(plain(title), anchor=False)
    if curve.empty:
        why = (
            "A council's build tells of no single life, so there is no curve."
            if data.is_council()
            else "A curve needs five reps hired in one fiscal year, since deals are known in full."
        )
        st.write(f"{why} Choose a larger part of the organisation, or see the table below.")
        return
    st.caption(
        "Up to speed: three months in which a rep won 80% of what the median tenured rep won. "
        "Dashed: half of the hires. By Kaplan and Meier: who is still on the way counts for as "
        "long as watched."
    )
    drawn = said.ramp_marks(curve)
    charts.show(charts_results.ramp(drawn), f"Stepped curves by year of hire. {title}.", key="ramp")
    under(
        curve,
        name="ramp",
        page=PAGE,
        asked=[(results.ramp, (entity, period.end))],
        measures=[HIRES[1]],
    )


def show_fade(rows: pd.DataFrame, asked: tuple[data.Query, tuple[object, ...]]) -> None:
    """Draw the change from the best early months to the second half year, by cohort."""
    found = said.quarters(rows, "RA-03", "median")
    title = said.fade_title(found)
    st.header(plain(title), anchor=False)
    shown = said.marks(found, said.FADE, Unit.RATE)
    if shown.empty or (shown["state"] == said.UNSURE).all():
        st.write(
            "It takes five reps a quarter who have been here for twelve full months since the data "
            "began. Choose a later quarter or a larger part of the organisation."
        )
        return
    shown["text"] = [
        f"{'+' if value > 0 else ''}{text}"
        for value, text in zip(shown["value"], shown["text"], strict=True)
    ]
    st.caption(
        "Won a month in months 7–12 against the best three of months 1–6, by the quarter in which "
        "month 12 ended. The best three are chosen, so compare cohorts and not with 0. Only who "
        "stayed twelve months is in it. Grey: too few."
    )
    low, high = min(0.0, float(shown["low"].min())), float(shown["high"].max())
    room = (high - low) * 0.12 or 0.2
    charts.show(
        charts_results.quarters(
            shown,
            [said.FADE],
            title="Change",
            axis={"format": "+.0%"},
            domain=[low - room, high + room],
        ),
        f"Change after the first half year by cohort, with intervals. {title}.",
        key="fade",
    )
    under(shown.drop(columns=["text"]), name="fade", page=PAGE, asked=[asked], measures=[HIRES[2]])


render()
