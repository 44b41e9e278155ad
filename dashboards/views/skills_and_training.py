"""Skills & training: which skills lack where, how gaps close, and what stays of a training."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from dashboards.components import block, charts, charts_skills, data, filters, frame
from dashboards.components.figures import compared_with, figures, line
from dashboards.components.skill_words import (
    CALLS,
    KIND_MEANING,
    KINDS,
    NOT_AN_EFFECT,
    GapKind,
    cell_rows,
    closing_caption,
    closing_rows,
    closing_title,
    drawn_rows,
    heatmap_alt,
    heatmap_caption,
    kept_caption,
    kept_rows,
    kept_title,
    levels,
    page_title,
    trace_of,
)
from dashboards.components.words import as_date, day
from dashboards.queries import indicators, selection, skills
from dashboards.queries.base import Entity, Measure, Period

PAGE = "Skills & training"
LINES = {
    "Gaps": {
        Measure("BE-07", "gap"): "Mean points below the target",
        Measure("BE-07", "assessed"): "Pairs that can be judged",
        Measure("BE-10", "shown"): "Calls that show the behaviour",
    },
    "Closing": {
        Measure("BE-09", "closed_90"): "Closed within 90 days",
        Measure("BE-09", "closed_90_uncoached"): "The same, until coached",
        Measure("BE-09", "median_days"): "Half are closed after",
    },
    "Training": {
        Measure("TR-03", "same_skill"): "Coached on the same skill within 30 days",
        Measure("TR-03", "any_skill"): "Coached on any skill within 30 days",
        Measure("TR-01", "score_90"): "Left of the score after 90 days",
        Measure("TR-01", "returned_90"): "Tested again after 90 days",
    },
}


def render() -> None:
    """Draw the page from its filters."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    if clock.empty or entity is None:
        frame.nothing_to_see()
        return
    period = filters.period("fiscal_quarter", "fiscal_year")
    if period is None:
        frame.no_period()
        return
    chosen = st.sidebar.segmented_control(
        "Gaps by",
        list(KINDS),
        default=CALLS,
        key="gaps",
        bind="query-params",
        required=True,
        help=KIND_MEANING,
    )
    today = min(as_date(clock.iloc[0]["as_of_date"]), period.end)
    show_gaps(entity, period, KINDS[str(chosen)], today)
    left, right = st.columns(2, gap="large")
    with left:
        show_closing(entity, period, today)
    with right:
        show_kept(entity, period, today)
    show_lines(entity, period, today)


def show_gaps(entity: Entity, period: Period, kind: GapKind, today: dt.date) -> None:
    """Draw the dominant chart: the gap of each part in each skill."""
    for level in levels(entity):
        arguments = (entity, period, kind.measure, level)
        cells = data.ask(skills.gap_cells, *arguments)
        if cells.loc[cells["entity_type"] == level, "entity_id"].nunique() > 1:
            break
    st.caption(f"{entity.label} · {period.label}, seen on {day(today)}")
    rows = cell_rows(cells, entity, kind, data.withheld()) if len(cells) else cells
    if rows.empty:
        st.title("No skill was scored here in this time", anchor=False)
        st.write(
            f"Every figure is {data.withheld()} stand behind it. Choose a larger group."
            if data.is_council()
            else "A gap needs people who score skills in calls or sessions (the object of answered "
            "scorecards or skill scores). Choose a longer time or a larger part, or ask managers "
            "to score two calls a month."
        )
        return
    title = page_title(rows, kind)
    st.title(title, anchor=False)
    total = int(rows.loc[~rows["is_whole"], "part"].nunique())
    shown = drawn_rows(rows)
    withheld = data.withheld() if data.is_council() else ""
    st.caption(heatmap_caption(shown, level, total, kind, withheld))
    if total == 0:
        st.caption(
            "Single persons are not shown to your role."
            if level == "rep" and not data.shows_persons()
            else "No smaller part has a score."
        )
    charts.show(
        charts_skills.gaps(
            shown,
            kind.top,
            "Calls without the behaviour" if kind.is_share else "Points below the target",
            ".0%" if kind.is_share else ".1f",
        ),
        f"Heatmap of gaps by skill. {title}. The whole: {heatmap_alt(rows)}.",
        key="gap_cells",
    )
    block.under(
        rows[["part", "skill", "gap", "n"]],
        name="gaps_by_skill",
        page=PAGE,
        asked=[(skills.gap_cells, arguments)],
        measures=[kind.measure],
        trace=trace_of(kind.measure, entity, period),
    )


def show_closing(entity: Entity, period: Period, today: dt.date) -> None:
    """Draw how long gaps stay open, with those still open counted for as long as they were seen."""
    curve = data.ask(skills.closure, entity, period)
    rows = closing_rows(curve) if len(curve) else pd.DataFrame()
    if rows.empty or rows["day"].max() == 0:
        st.header("How fast gaps close cannot be told", anchor=False)
        st.caption(
            "The curve is drawn from single gaps, which this build does not hold. The figures "
            "below say what is published."
            if data.is_council()
            else f"Fewer than {skills.FEWEST} gaps opened in the year to {day(today)}. "
            "Choose a larger part of the organisation."
        )
        return
    title = closing_title(rows)
    st.header(title, anchor=False)
    st.caption(closing_caption(curve, rows))
    charts.show(
        charts_skills.closing(rows),
        f"Curves of the share of gaps closed by days. {title}.",
        key="closing",
    )
    st.caption(
        "Gaps opened in the year to the period's end. Scores go back to their mean without any "
        f"help: the dashed line counts each gap only until its skill was coached. {NOT_AN_EFFECT}"
    )
    block.under(
        rows.drop(columns=["text", "is_last"]),
        name="closing",
        page=PAGE,
        asked=[(skills.closure, (entity, period))],
        measures=[Measure("BE-09", "closed_90"), Measure("BE-09", "closed_90_uncoached")],
        trace=trace_of(Measure("BE-09", "closed_90"), entity, period),
    )


def show_kept(entity: Entity, period: Period, today: dt.date) -> None:
    """Draw what is left of a training's score, with and without coaching on its skill."""
    rows = kept_rows(data.ask(skills.retention, entity, period))
    if rows.empty:
        st.header("What stays of a training cannot be told", anchor=False)
        st.caption(
            "With and without reinforcement can only be told from single tests, which this build "
            "does not hold. The figures below say what is published."
            if data.is_council()
            else f"It needs tests after 30, 60 or 90 days of trainings completed in the year to "
            f"{day(today)}, and a coaching log. Choose a larger part or an earlier time."
        )
        return
    title = kept_title(rows)
    st.header(title, anchor=False)
    st.caption(kept_caption(rows))
    charts.show(
        charts_skills.kept(rows),
        f"Share of the first score left by day, with and without reinforcement. {title}.",
        key="kept",
    )
    st.caption(
        "Reinforced: a coaching session on the skill within 30 days of the training, so a test "
        "around day 30 may come before it. Only who was tested again is in it. Trainings "
        "completed in the year to the period's end."
    )
    block.under(
        rows.drop(columns=["text", "top", "bottom", "is_upper"]),
        name="kept",
        page=PAGE,
        asked=[(skills.retention, (entity, period))],
        measures=[
            *(Measure("TR-01", f"score_{days}") for days in (30, 60, 90)),
            Measure("TR-03", "same_skill"),
        ],
        trace=trace_of(Measure("TR-01", "score_90"), entity, period),
    )


def show_lines(entity: Entity, period: Period, today: dt.date) -> None:
    """Show the published figures of the period, a tab for each family."""
    measures = tuple(measure for part in LINES.values() for measure in part)
    rows = data.ask(indicators.series, entity, period, measures, "all", 8)
    shown = figures(rows, measures, data.registry(), data.sentences(), period, today)
    st.header(f"The figures of {period.label}", anchor=False)
    st.caption(compared_with(shown))
    for tab, part in zip(st.tabs(list(LINES)), LINES.values(), strict=True):
        with tab:
            for measure, label in part.items():
                line(shown[measure], label)


render()
