"""This week, the landing page: the board, what is still in play, and whom to coach next."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from dashboards.components import behind, block, charts, data, filters, frame
from dashboards.components.figures import card, compared_with, figures, line
from dashboards.components.sentences import (
    MOVEMENTS,
    coach_next_title,
    movement_rows,
    movement_sentence,
    period_headline,
    quarter_sentence,
)
from dashboards.components.words import as_date, day, deal_name, plain
from dashboards.queries import coaching, indicators, selection, week
from dashboards.queries.base import Entity, Measure, Period, Row

DETAIL = "views/detail.py"
PREP = "views/prep.py"
# Of a line of "coach next"; the last share holds the whole link in a window of 1200 pixels too.
LINE_WIDTHS = [0.35, 3, 5.6, 1.3]


def coach_next(rows: pd.DataFrame) -> None:
    """Show the list: who or what, why, what to ask, where to look."""
    if rows.empty:
        st.write(
            "Where a coaching log or close dates are missing, the rules that need them stay silent."
        )
        return
    with st.container(border=True, gap="small"):
        for position, row in enumerate(rows.to_dict("records"), start=1):
            next_line(position, row)


def next_line(position: int, row: Row) -> None:
    """Show one line of the list."""
    is_deal = row["subject_type"] == "deal"
    name = (
        deal_name(row["opportunity_name"], row["opportunity_id"]) if is_deal else row["full_name"]
    )
    owner = row["full_name"] if is_deal else row["manager_name"]
    role = "deal of" if is_deal else "reports to"
    who: str = "" if pd.isna(owner) else f":gray[{role} {plain(owner)}]"
    icon = ":material/handshake:" if is_deal else ":material/person:"
    target = {"deal": row["opportunity_id"]} if is_deal else {"rep": row["person_id"]}
    columns = st.columns(LINE_WIDTHS, vertical_alignment="top")
    columns[0].markdown(f":gray[{position}]")
    columns[1].markdown(f"{icon} **{plain(name)}**  \n:small[{who}]")
    columns[2].markdown(f"{plain(row['reason'])}  \n*{plain(row['question'])}*")
    columns[3].page_link(
        DETAIL,
        label="Open",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=target,
    )
    if not pd.isna(row["person_id"]):
        columns[3].page_link(
            PREP,
            label="Prepare",
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={"rep": row["person_id"]},
        )


def render() -> None:
    """Draw the page."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    period = filters.period()
    if clock.empty or entity is None or period is None:
        frame.nothing_to_see()
        return
    product = filters.product()
    currency = filters.currency(str(clock.iloc[0]["reporting_currency"]), entity)
    today = min(as_date(clock.iloc[0]["as_of_date"]), period.end)
    board(entity, period, product, currency, today)


def withheld_persons() -> None:
    """Say what a council's build leaves out of this page, and where groups are shown."""
    st.header("No person and no single deal is listed", anchor=False)
    st.write(
        "Whom or which deal to coach next, and which deals moved, tells of single persons. That is "
        f"{data.withheld()} stand behind it. The page Coaching shows groups."
    )


def running_quarter(entity: Entity, period: Period, currency: str) -> pd.Series | None:
    """Return the amounts of the running fiscal quarter, if the period is that quarter."""
    rows = data.ask(week.quarter_to_date, entity, currency)
    if period.grain != "fiscal_quarter" or rows.empty:
        return None
    row = rows.iloc[0]
    return row if as_date(row["fiscal_quarter_start"]) == period.start else None


def board(entity: Entity, period: Period, product: str, currency: str, today: dt.date) -> None:
    """Draw the board, what is in play, the list and the movement."""
    habits = data.ask(coaching.log_habits)
    is_strict = len(habits) > 0 and habits.iloc[0]["strict_sessions"] > 0
    kind = "strict" if is_strict else "broad"
    quota = Measure("QU-01", "attainment_to_date", currency)
    cadence = Measure("CO-01", kind)
    overdue_reps = Measure("CO-02", f"overdue_{kind}")
    win_rate = Measure("PI-11", "by_count")
    win_value = Measure("PI-11", "by_value", currency)
    cycle = Measure("PI-12", "median")
    overdue_deals = Measure("ST-05", "share")
    pushed = Measure("ST-04", "share")
    created = Measure("PI-03", "amount", currency)
    coverage = Measure("PI-01", "coverage", currency)
    forecast = Measure("PI-13", "accuracy", currency)
    whole = (quota, cadence, overdue_reps, coverage, forecast)
    sliced = (win_rate, win_value, cycle, overdue_deals, pushed, created)
    if product == "all":
        rows = data.ask(indicators.series, entity, period, (*whole, *sliced), "all", 8)
    else:
        parts = [
            data.ask(indicators.series, entity, period, whole, "all", 8),
            data.ask(indicators.series, entity, period, sliced, product, 8),
        ]
        rows = pd.concat(parts, ignore_index=True)
    shown = figures(rows, [*whole, *sliced], data.registry(), data.sentences(), period, today)

    st.caption(f"{entity.label} · seen on {day(today)}")
    quarter = running_quarter(entity, period, currency)
    st.title(period_headline(period, today, shown[quota].value, quarter), anchor=False)
    if quarter is not None and shown[quota].value is not None:
        st.write(quarter_sentence(quarter))
    left, right = st.columns(2, gap="large")
    with left:
        st.header("This is on the board", anchor=False)
        st.caption("What has happened. It can be explained, not changed.")
        one, two = st.columns(2)
        with one:
            card(shown[quota], "Quota attainment")
        with two:
            card(shown[win_rate], "Win rate")
        line(shown[cycle], "Median time to win")
        line(shown[win_value], f"Win rate by value, {currency}")
        if shown[forecast].value is not None:  # of a running quarter nobody can say it
            line(shown[forecast], "Forecast accuracy")
    with right:
        st.header("This is still in play", anchor=False)
        st.caption(f"What can still change the score. {compared_with(shown)}")
        one, two = st.columns(2)
        notes = [] if is_strict else ["every logged session counts, because none is strict"]
        if len(habits) and habits.iloc[0]["is_policy_assumed"]:
            notes.append("policy assumed")
        with one:
            card(shown[cadence], "Cadence kept", ", ".join(notes))
        with two:
            card(shown[overdue_deals], "Overdue deals")
        line(shown[created], "Pipeline newly qualified")
        line(shown[coverage], "Open pipeline against what is missing to the quota")
        line(shown[pushed], "Open deals pushed at least once")
        line(shown[overdue_reps], "Rep days beyond the interval")

    part = behind.Part(entity, period)
    behind.expander(part, (*whole, *sliced), name="board", page="This week")
    if data.is_council():
        withheld_persons()
        return
    if entity.entity_type == "rep":  # the list ranks people and deals of an organisation
        st.header("What to talk about next stands on 1:1 prep", anchor=False)
        st.page_link(PREP, label="Open 1:1 prep", icon=":material/arrow_forward:")
    else:
        list_next(entity)
    what_moved(entity, currency, product, today)


def list_next(entity: Entity) -> None:
    """Show whom or what to coach next."""
    following = data.ask(week.coach_next, entity, 5)
    st.header(coach_next_title(len(following)), anchor=False)
    st.caption(
        "By fixed rules that take turns: the longest wait for a session, then deals that are "
        "overdue, pushed or stuck. A start for a conversation, not a judgement."
    )
    coach_next(following)


def what_moved(entity: Entity, currency: str, product: str, today: dt.date) -> None:
    """Draw what moved in the pipeline since Monday, beside the week before."""
    monday = today - dt.timedelta(days=today.weekday())
    moved = data.ask(week.movement, entity, today, currency, product)
    shaped = movement_rows(moved, monday, currency)
    sentence = movement_sentence(shaped, monday, currency)
    st.header(sentence, anchor=False)
    if shaped.empty:
        st.caption("Neither in this week nor in the week before.")
        return
    order = [label for label, _ in MOVEMENTS.values()]
    charts.show(
        charts.movement(shaped, order, "This week", "Week before"),
        sentence,
        key="movement",
    )
    block.under(
        shaped[["week", "label", "deals", "amount"]],
        name="movement",
        page="This week",
        asked=[(week.movement, (entity, today, currency, product))],
    )
    st.caption(
        f"{currency}, week of {day(monday)} to date beside the whole week before. "
        "Pulled in and pushed out move a date, not the total."
    )


render()
