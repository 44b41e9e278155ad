"""Coaching: who is coached and who is not, on what, for how long, and by whom."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards.components import behind, block, charts, data, filters, frame
from dashboards.components.figures import Figure, Unit, card, compared_with, figures, hover, written
from dashboards.components.sentences import (
    group_heatmap_rows,
    group_heatmap_title,
    heatmap_rows,
    heatmap_title,
    manager_heatmap_rows,
    manager_heatmap_title,
    managers_title,
)
from dashboards.components.words import NO_VALUE, as_date, count_of, day, number, percent
from dashboards.queries import coaching, indicators, selection
from dashboards.queries.base import Entity, Measure, Period

PAGE = "Coaching"
WEEKS = 13
EXPIRED_TITLE = "What was logged was removed because of its age"
MOST_REPS, MOST_MANAGERS = 40, 50
SESSION_WORDS = {"strict": "a strict session", "broad": "any logged session"}
STRICT, BROAD = "Strict", "Broad"
MEANING = (
    "A strict session has a coach and a coachee, one of the five areas, a focus, and at least one "
    "next action. Broad counts every logged session; forecast inspections count as neither."
)


def render() -> None:
    """Draw the page."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    period = filters.period()
    if clock.empty or entity is None or period is None:
        frame.nothing_to_see()
        return
    today = min(as_date(clock.iloc[0]["as_of_date"]), period.end)
    habits = data.ask(coaching.log_habits).iloc[0]
    st.caption(f"{entity.label} · {period.label}, seen on {day(today)}")
    if habits["broad_sessions"] == 0:
        no_log()
        return
    kind = session_kind(habits)
    page(entity, period, today, kind, bool(habits["is_policy_assumed"]))


def no_log() -> None:
    """Say that no coaching log was delivered, and how to bring one."""
    st.title("No coaching session has been logged yet", anchor=False)
    st.write(
        "This company's files hold deals but no coaching log, so cadence, areas and time cannot be "
        "shown. To begin, put a file like this one into the landing folder as "
        "coaching_log/sessions.csv, add coaching_log to 'sources' in halftime.yml, and run again:"
    )
    st.code(
        "session_id,session_date,duration_minutes,coach,coachee,area,focus\n"
        "1,2026-09-01,30,coach@company.com,rep@company.com,funnel,Which deals to drop",
        language="text",
    )


def session_kind(habits: pd.Series) -> str:
    """Let the reader choose strict or broad; fall back to broad, visibly, where strict is void."""
    can_strict = habits["strict_sessions"] > 0
    options = [STRICT, BROAD] if can_strict else [BROAD]
    chosen = st.sidebar.segmented_control(
        "Sessions",
        options,
        default=options[0],
        key="sessions",
        bind="query-params",
        required=True,
        help=MEANING,
    )
    if not can_strict:
        missing = [
            word
            for word, column in (
                ("an area", "sessions_with_area"),
                ("a next action", "sessions_with_action"),
            )
            if habits[column] == 0
        ]
        why = (
            f"No session in the log names {' or '.join(missing)}"
            if missing
            else ("No session in the log meets the strict definition")
        )
        st.info(f"{why}, so this page counts every logged session (broad).", icon=":material/info:")
    return "broad" if chosen == BROAD else "strict"


def page(entity: Entity, period: Period, today: dt.date, kind: str, assumed: bool) -> None:
    """Draw figures, heatmap, areas, time and managers."""
    cadence = Measure("CO-01", kind)
    overdue = Measure("CO-02", f"overdue_{kind}")
    coverage = Measure("CO-09", f"coverage_{kind}")
    follow_up = Measure("AF-01", "on_time")
    individual, group = Measure("CO-06", "individual"), Measure("CO-06", "group")
    measures = (cadence, overdue, coverage, follow_up, individual, group)
    rows = data.ask(indicators.series, entity, period, measures, "all", 8)
    shown = figures(rows, measures, data.registry(), data.sentences(), period, today)
    if not data.shows_persons():
        weeks = pd.DataFrame()
        st.title(f"Coaching of {entity.label} by groups, not persons", anchor=False)
    else:
        asked = (coaching.rep_weeks, (entity, today, kind == "strict", WEEKS, MOST_REPS))
        weeks = data.ask(asked[0], *asked[1])
        span = f"the {WEEKS} weeks to {day(today)}"
        st.title(
            heatmap_title(weeks, span) if len(weeks) else f"No rep was on the roster in {span}",
            anchor=False,
        )
    st.caption(compared_with(shown))
    one, two, three, four = st.columns(4)
    note = "policy assumed" if assumed else ""
    with one:
        card(shown[cadence], f"Cadence kept, {kind}", note)
    with two:
        card(shown[overdue], "Rep days overdue", note)
    with three:
        card(shown[coverage], "Reps coached")
    with four:
        card(shown[follow_up], "Actions on time")

    part = behind.Part(entity, period)
    behind.expander(part, measures, name="coaching_figures", page=PAGE)
    if not data.shows_persons():
        draw_groups_heatmap(part, today, kind)
    elif len(weeks) and weeks["rep_count"].iloc[0] > MOST_REPS:
        draw_managers_heatmap(part, today, kind)
    elif len(weeks):
        draw_heatmap(weeks, kind, asked, part)
    left, right = st.columns(2, gap="large")
    with left:
        draw_areas(entity, period, shown[individual].is_expired)
    with right:
        series = (indicators.series, (entity, period, measures, "all", 8))
        draw_time(rows, shown[individual], shown[group].value, period, series)
    draw_managers(entity, period, kind)


def draw_managers_heatmap(part: behind.Part, today: dt.date, kind: str) -> None:
    """Draw the dominant chart for more reps than fit: manager × week."""
    arguments = (part.entity, today, kind == "strict", WEEKS, MOST_MANAGERS)
    weeks = data.ask(coaching.manager_weeks, *arguments)
    cells, managers = manager_heatmap_rows(weeks)
    total = int(weeks["manager_count"].iloc[0])
    title = manager_heatmap_title(weeks, SESSION_WORDS[kind])
    st.header(title, anchor=False)
    which = (
        f"the {len(managers)} of {number(total)} managers with the smallest share coached"
        if total > len(managers)
        else count_of(total, "manager")
    )
    st.caption(
        f"n = {number(int(weeks['rep_count'].sum()))} rep weeks of {which}, by name. "
        "Choose a manager in the sidebar to see every rep."
    )
    charts.show(
        charts.manager_heatmap(cells, managers),
        f"Heatmap of the share of reps coached per manager and week. {title}.",
        key="heatmap",
    )
    block.under(
        weeks,
        name="managers_by_week",
        page=PAGE,
        asked=[(coaching.manager_weeks, arguments)],
        measures=[Measure("CO-09", f"coverage_{kind}")],
        part=part,
    )


def draw_groups_heatmap(part: behind.Part, today: dt.date, kind: str) -> None:
    """Draw the dominant chart of a council's build: group × week."""
    arguments = (part.entity, today, kind == "strict", WEEKS, MOST_MANAGERS)
    weeks = data.ask(coaching.group_weeks, *arguments)
    if weeks.empty:
        why = data.withheld() if data.is_council() else "there is none"
        st.header(f"No week of a group can be shown: {why}", anchor=False)
        return
    cells, groups = group_heatmap_rows(weeks)
    title = group_heatmap_title(weeks, SESSION_WORDS[kind])
    st.header(title, anchor=False)
    total = int(weeks["group_count"].iloc[0])
    which = count_of(total, "group")
    if total > len(groups):
        which = f"the first {len(groups)} of {which}"
    st.caption(
        f"n = {number(len(cells))} weeks of {which}, by kind and name."
        + (
            f" A gap is {data.withheld()} were there, or would be left of a larger group."
            if data.is_council()
            else ""
        )
    )
    charts.show(
        charts.group_heatmap(cells, groups),
        f"Heatmap of the share of reps coached per group and week. {title}.",
        key="heatmap",
    )
    block.under(
        weeks,
        name="groups_by_week",
        page=PAGE,
        asked=[(coaching.group_weeks, arguments)],
        measures=[Measure("CO-09", f"coverage_{kind}")],
        part=part,
    )


def draw_heatmap(weeks: pd.DataFrame, kind: str, asked: block.Asked, part: behind.Part) -> None:
    """Draw the dominant chart: rep × week."""
    cells, reps = heatmap_rows(weeks)
    empty = int((cells["sessions"] == 0).sum())
    share = percent(empty / len(cells))
    st.header(f"{share} of the rep weeks shown passed without {SESSION_WORDS[kind]}", anchor=False)
    st.caption(
        f"n = {number(len(cells))} rep weeks of {count_of(len(reps), 'rep')}, by manager and name. "
        "A gap: not on the roster."
    )
    charts.show(
        charts.heatmap(cells, reps),
        f"Heatmap of coaching sessions per rep and week. {share} of the cells are empty.",
        key="heatmap",
    )
    block.under(
        weeks,
        name="reps_by_week",
        page=PAGE,
        asked=[asked],
        measures=[Measure("CO-01", kind)],
        part=part,
    )


def draw_areas(entity: Entity, period: Period, is_expired: bool) -> None:
    """Draw the area mix, with what could not be classified in grey."""
    mix = data.ask(coaching.area_mix, entity, period)
    mix = mix[mix["minutes"].fillna(0) > 0]
    if mix.empty:
        nothing = EXPIRED_TITLE if is_expired else "No coaching time was logged in this period"
        st.header(f"Areas are {data.withheld()}" if data.is_council() else nothing, anchor=False)
        return
    mix = mix.assign(
        text=[
            f"{percent(share)} · {number(minutes / 60)} h"
            for share, minutes in zip(mix["share"], mix["minutes"], strict=True)
        ],
    )
    known, unknown = mix[mix["is_classified"]], mix[~mix["is_classified"]]
    if known.empty:
        title = "None of the coaching time names its area"
    else:
        title = f"{percent(known['share'].iloc[0])} of coaching time goes to " + (
            str(known["area_name"].iloc[0]).lower()
        )
    st.header(title, anchor=False)
    st.caption(
        f"{percent(unknown['share'].sum())} is unclassified and is not spread over the five areas; "
        f"n = {number(int(mix['observation_count'].max()))} attendances."
        + (f" An area that is not here is {data.withheld()}." if data.is_council() else "")
    )
    charts.show(
        charts.ranked_bars(
            mix[["area_name", "share", "text"]],
            category="area_name",
            value="share",
            text="text",
            quiet=unknown["area_name"].tolist(),
        ),
        title,
        key="areas",
    )
    block.under(
        mix[["area_name", "minutes", "share", "observation_count"]],
        name="areas",
        page=PAGE,
        asked=[(coaching.area_mix, (entity, period))],
        measures=[Measure("CO-04", "share")],
    )


def draw_time(
    rows: pd.DataFrame,
    individual: Figure,
    group: float | None,
    period: Period,
    asked: block.Asked,
) -> None:
    """Draw coaching hours per rep and month over the periods."""
    hours = rows[rows["indicator_id"] == "CO-06"].dropna(subset=["value"])
    if hours.empty:
        nothing = EXPIRED_TITLE if individual.is_expired else "No coaching time is known"
        st.header(f"Time is {data.withheld()}" if data.is_council() else nothing, anchor=False)
        return
    alone, together = written(individual.value, Unit.HOURS), written(group, Unit.HOURS)
    st.header(f"A rep gets {alone} of individual coaching a month", anchor=False)
    st.caption(f"And {together} in a group, in {period.label}. Time is not quality.")
    names = {"individual": "Individual", "group": "Group"}
    shaped = pd.DataFrame(
        {
            "period_label": hours["period_label"],
            "series": hours["measure_id"].map(names),
            "value": hours["value"],
            "n": hours["observation_count"],
        }
    )
    charts.show(
        charts.months(shaped, series=list(names.values()), unit_title="Hours per rep and month"),
        f"A rep gets {alone} of individual and {together} of group coaching a month.",
        key="time",
    )
    block.under(
        shaped,
        name="hours",
        page=PAGE,
        asked=[asked],
        measures=[Measure("CO-06", "individual"), Measure("CO-06", "group")],
    )


def draw_managers(entity: Entity, period: Period, kind: str) -> None:
    """Show the managers side by side, in order of name: a table, not a ranking."""
    measures = {
        "cadence": Measure("CO-01", kind),
        "overdue": Measure("CO-02", f"overdue_{kind}"),
        "coverage": Measure("CO-09", f"coverage_{kind}"),
        "hours": Measure("CO-06", "individual"),
        "on_time": Measure("AF-01", "on_time"),
    }
    rows = data.ask(coaching.by_manager, entity, period, tuple(measures.values()))
    if rows.empty:
        return
    names = {(measure.indicator_id, measure.measure_id): name for name, measure in measures.items()}
    keys = zip(rows["indicator_id"], rows["measure_id"], strict=True)
    rows = rows.assign(column=[names.get(key, "") for key in keys])
    # Too few cases: the value is withheld here, because a table invites comparison.
    rows["value"] = rows["value"].where(rows["reason_code"].fillna("") != "small_n")
    is_expired = bool((rows["reason_code"] == "expired").any())
    wide = rows.pivot_table(
        index=["manager_id", "manager_name", "rep_count"],
        columns="column",
        values=["value", "observation_count"],
        aggfunc="first",
        dropna=False,
        observed=True,
    )
    part, name = wide.columns.get_level_values(0), wide.columns.get_level_values("column")
    wide.columns = name.where(part == "value", "n_" + name)
    wide = wide.reindex(columns=[*measures, *(f"n_{name}" for name in measures)])
    wide = wide.dropna(how="all", subset=list(measures)).reset_index()
    wide = wide.sort_values(["manager_name", "manager_id"])
    rates = ["cadence", "overdue", "coverage", "on_time"]
    wide[rates] = wide[rates] * 100
    if wide.empty and data.is_council():
        st.header("No manager's reports are shown", anchor=False)
        st.caption(f"Each is {data.withheld()}, or would tell of so few by subtraction.")
        return
    if wide.empty and is_expired:
        st.header(EXPIRED_TITLE, anchor=False)
        return
    missing = "too few cases allow no judgement"
    if data.is_council():
        missing = f"a figure is {data.withheld()} stand behind it, or too few cases"
    st.header(managers_title(wide["cadence"]), anchor=False)
    st.caption(
        "In order of name, because hours and counts do not rank managers: more coaching is not "
        f"better coaching. {NO_VALUE} stands where {missing}."
    )
    registry = data.registry()

    def column(label: str, name: str, pattern: str = "%.0f%%") -> ColumnConfig:
        tip = hover(registry, measures[name])
        return st.column_config.NumberColumn(label, format=pattern, help=tip)

    def count(label: str, of: str) -> ColumnConfig:
        return st.column_config.NumberColumn(label, format="localized", help=of)

    shown = {
        "manager_name": st.column_config.TextColumn("Manager"),
        "rep_count": count("Reps", "Direct reports at some time in the period"),
        "cadence": column(f"Cadence, {kind}", "cadence"),
        "n_cadence": count("n", "Windows of the policy that ended"),
        "overdue": column("Overdue", "overdue"),
        "n_overdue": count("n", "Rep days under a policy"),
        "coverage": column("Coached", "coverage"),
        "n_coverage": count("n", "Reps on the roster"),
        "hours": column("Hours/month", "hours", "%.1f"),
        "on_time": column("On time", "on_time"),
        "n_on_time": count("n", "Actions that fell due"),
    }
    st.dataframe(
        wide,
        hide_index=True,
        placeholder=NO_VALUE,
        column_order=list(shown),
        column_config=shown,
    )


render()
