"""Maturity & managers: coaching as seen and as said, what the next level asks, and its managers."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from dashboards.components import block, charts, charts_maturity, data, filters, frame
from dashboards.components import maturity_words as said
from dashboards.components.figures import Figure, compared_with, figures, line
from dashboards.components.words import as_date, day, plain
from dashboards.queries import indicators, maturity, selection
from dashboards.queries.base import Entity, Measure, Period

PAGE = "Maturity & managers"
LEVEL = [Measure("MA-01", "level"), Measure("MA-02", "score"), Measure("MA-03", "survey_level")]
MEAN_SPAN, OVER = Measure("TA-04", "mean"), Measure("TA-04", "over_limit")
FOLLOWED, ON_TIME = Measure("AF-03", "share"), Measure("AF-01", "on_time")
STRICT, BROAD = Measure("CO-05", "strict"), Measure("CO-05", "broad")
MOVED = {
    Measure("CO-07", "rate"): "Cancelled or moved, not by the rep",
    Measure("CO-07", "by_rep"): "Cancelled or moved by the rep",
    Measure("CO-08", "last_day"): "Of those moved, to the last working day of a week",
    Measure("CO-08", "never_held"): "Of those moved, never held",
}
SPANS = {
    MEAN_SPAN: "Reps per manager",
    OVER: "Managers with more than eight reps",
    Measure("MA-06", "equipped_share"): "Certified, with eight reps or fewer",
    Measure("TA-01", "breadth"): "Criteria beside sales results, of those defined",
}
FOLLOWING = {
    FOLLOWED: "Sessions followed up within 14 days",
    ON_TIME: "Actions closed by their first due date",
    Measure("CO-11", "rate"): "Windows in which a manager was coached or observed",
}
TIME = {STRICT: "Strict sessions, of working time", BROAD: "Any logged session", **MOVED}


def render() -> None:
    """Draw the page: the title belongs to the tab that is open."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    if clock.empty or entity is None:
        frame.nothing_to_see()
        return
    period = filters.period("fiscal_quarter")
    if period is None:
        frame.no_period()
        return
    today = min(as_date(clock.iloc[0]["as_of_date"]), period.end)
    head = st.container(gap="small")
    part = f"{entity.label} · {period.label}"
    one, two = st.tabs(["Maturity", "Managers"], key="part", on_change="rerun", bind="query-params")
    if two.open:
        head.caption(f"{part}, seen on {day(today)}")
        with two:
            show_managers(head, entity, period, today)
        return
    head.caption(f"{part} and the quarter before it, seen on {day(today)}")
    with one:
        show_maturity(head, entity, period)


def show_maturity(head: st.delta_generator.DeltaGenerator, entity: Entity, period: Period) -> None:
    """Show the level, the seven axes, and what the next level asks for."""
    levels = data.ask(maturity.levels, entity, period)
    own = levels[levels["rule_version"] == said.RULE] if len(levels) else levels
    if own.empty:
        show_those_below(head, entity, period)
        return
    row = own.iloc[0]
    head.title(said.page_title(row), anchor=False)
    gates = data.ask(maturity.gates)
    found = said.next_gates(row, gates)
    show_axes(entity, period, row, gates)
    left, right = st.columns(2, gap="large")
    with left:
        show_level(entity, period, row)
    with right:
        show_missing(row, found)
    show_rules(entity, period, levels)


def show_those_below(
    head: st.delta_generator.DeltaGenerator, entity: Entity, period: Period
) -> None:
    """Show the managers of a part that has no level of its own, such as a region."""
    asked = (maturity.managers, (entity, period, said.RULE))
    rows = data.ask(asked[0], *asked[1])
    if rows.empty or not data.shows_persons():
        head.title("No level is worked out for this part", anchor=False)
        st.write(
            f"It is {data.withheld()} stand behind it. Choose a larger group."
            if data.is_council()
            else "Levels are worked out for the company, teams, and managers by their direct "
            "reports, and here was none of them. Choose another part or a later quarter."
        )
        return
    head.title(said.levels_title(rows), anchor=False)
    st.write(
        "A level is worked out for the company, a team, or a manager's direct reports. These are "
        "the managers of this part: choose one in the sidebar to see the seven axes."
    )
    show_chances(rows, asked)


def show_axes(entity: Entity, period: Period, row: pd.Series, gates: pd.DataFrame) -> None:
    """Draw the dominant chart: what is seen on seven axes, and what people say."""
    answers = data.ask(maturity.answers, entity, period)
    rows = said.axis_rows(row, answers, gates)
    sentences = [*said.gap_sentences(row), said.designed_sentence(row), said.sure_sentence(row)]
    st.markdown(" ".join(sentence for sentence in sentences if sentence))
    missing = "" if pd.isna(row["missing_inputs"]) else str(row["missing_inputs"]).strip()
    st.caption(
        f"{said.rests_on(row)}The tick is the gate. {said.MEANING}"
        + (f" Not recorded: {', '.join(missing.split())}." if missing else "")
    )
    own = rows[rows["kind"] == said.SEEN]
    seen = "; ".join(own["axis"] + " " + own["text"])
    charts.show(
        charts_maturity.axes(rows),
        f"Seven axes of maturity as seen and as said. {said.page_title(row)}. Seen: {seen}.",
        key="axes",
    )
    whose = "manager" if entity.entity_type == "manager_org" else entity.entity_type
    place = "company" if whose == "company" else f"{whose}={entity.entity_id}"
    block.under(
        rows,
        name="axes",
        page=PAGE,
        asked=[
            (maturity.levels, (entity, period)),
            (maturity.answers, (entity, period)),
            (maturity.gates, ()),
        ],
        measures=LEVEL,
        trace=f"'MA-01:level@{place}@{period.grain}={period.start.isoformat()}'",
    )


def show_level(entity: Entity, period: Period, row: pd.Series) -> None:
    """Draw the level with its chances, or with the share of reps under each."""
    rows = said.chance_rows(row)
    if rows.empty:
        st.header("How sure the level is cannot be told", anchor=False)
        st.caption("Chances are worked out for managers, shares of reps for the company.")
        return
    title = said.chance_title(row, rows)
    st.header(title, anchor=False)
    st.caption(said.chance_caption(row))
    charts.show(charts_maturity.levels(rows), f"Bars of the levels. {title}.", key="levels")
    block.under(
        rows[["level", "share"]],
        name="levels",
        page=PAGE,
        asked=[(maturity.levels, (entity, period))],
        measures=[LEVEL[0], Measure("MA-04", "share")],
    )


def show_missing(row: pd.Series, found: list[said.Gate]) -> None:
    """List the gates of the next level, what is missing first."""
    st.header(said.missing_title(row, found), anchor=False)
    for gate in found:
        icon = ":material/check_circle: Met" if gate.is_met else ":material/pending: Missing"
        st.markdown(
            f"**{plain(gate.name)}** · {icon}  \n"
            f":small[:gray[{plain(gate.note)}. Seen {gate.seen}, asked {gate.asked}.]]"
        )


def show_rules(entity: Entity, period: Period, levels: pd.DataFrame) -> None:
    """Show in tabs what both rules say, and what would change if the gates moved."""
    moved = data.ask(maturity.sensitivity, period)
    both, grid = st.tabs(["Both rules", "If the gates moved"])
    with both:
        st.caption(
            "Progress of 100; the last columns count the managers of the company. By the second "
            "rule formal also asks that the impact of coaching is measured: no source tells of "
            "that, so nobody is formal by it."
        )
        rows = said.rule_rows(levels, moved)
        st.dataframe(
            rows,
            hide_index=True,
            column_config={"Progress": st.column_config.NumberColumn(format="%.0f")},
        )
        block.under(
            rows,
            name="rules",
            page=PAGE,
            asked=[(maturity.levels, (entity, period)), (maturity.sensitivity, (period,))],
            measures=[LEVEL[0]],
        )
    with grid:
        if moved.empty:
            st.write("The grid tells of all managers of the company; your role does not show it.")
            return
        own = moved[moved["rule_version"] == said.RULE]
        st.markdown(f"**{said.sensitivity_sentence(own)}.**")
        st.caption("Thresholds of rates move by 0.10, all at once or one alone; yes or no stays.")
        st.dataframe(
            own.drop(columns=["rule_version"]),
            hide_index=True,
            column_config={
                "gate_code": "Gate",
                "threshold_change": st.column_config.NumberColumn("Moved by", format="%+.2f"),
                "manager_count": st.column_config.NumberColumn("Managers", format="localized"),
                **{
                    f"{level}_manager_count": st.column_config.NumberColumn(
                        level.capitalize(), format="localized"
                    )
                    for level in ("random", "informal", "formal", "dynamic")
                },
            },
        )
        block.under(moved, name="sensitivity", page=PAGE, asked=[(maturity.sensitivity, (period,))])


def show_managers(
    head: st.delta_generator.DeltaGenerator, entity: Entity, period: Period, today: dt.date
) -> None:
    """Show the managers of the part: level, span, follow-through, time."""
    shown_lines = {**SPANS, **FOLLOWING, **TIME}
    series = data.ask(indicators.series, entity, period, tuple(shown_lines), "all", 8)
    shown = figures(series, tuple(shown_lines), data.registry(), data.sentences(), period, today)
    rows = data.ask(maturity.managers, entity, period, said.RULE)
    measures = (MEAN_SPAN, FOLLOWED, STRICT, BROAD)
    asked = (maturity.manager_figures, (entity, period, measures))
    each = data.ask(asked[0], *asked[1])
    level, span, follow, time = st.tabs(
        ["Level", "Span", "Follow-through", "Time"],
        key="of",
        on_change="rerun",
        bind="query-params",
    )
    if level.open:
        title = said.levels_title(rows) if data.shows_persons() else "Managers, by groups"
        with level:
            show_chances(rows, (maturity.managers, (entity, period, said.RULE)))
    elif span.open:
        title = said.span_title(shown[MEAN_SPAN].value, shown[OVER].value)
        with span:
            show_lines(shown, SPANS)
            show_span(each, asked)
    elif follow.open:
        title = said.follow_title(shown[FOLLOWED].value)
        with follow:
            show_lines(shown, FOLLOWING)
            show_follow(each, asked)
    else:
        title = said.time_title(shown[STRICT].value, shown[BROAD].value)
        with time:
            show_lines(shown, TIME)
            show_time(each, asked)
    head.title(title, anchor=False)


def show_lines(shown: dict[Measure, Figure], labels: dict[Measure, str]) -> None:
    """Show published figures of the whole part in two columns."""
    st.caption(compared_with(shown))
    columns = st.columns(2)
    for place, (measure, label) in enumerate(labels.items()):
        with columns[place % 2]:
            line(shown[measure], label)


def nothing_of_managers() -> None:
    """Say why no single manager is shown."""
    st.caption(
        "No single manager is listed: nothing was counted here in this quarter."
        if data.shows_persons()
        else "No single manager is listed: your role or this build shows groups, not persons."
    )


def show_chances(rows: pd.DataFrame, asked: block.Asked) -> None:
    """Draw the chance of each level per manager."""
    drawn = said.manager_chances(rows) if len(rows) else pd.DataFrame()
    if drawn.empty or not data.shows_persons():
        nothing_of_managers()
        return
    known = int(rows["random_probability"].notna().sum())
    some = f", the {said.MOST_MANAGERS} highest of {known}" if known > said.MOST_MANAGERS else ""
    rest = len(rows) - known
    st.caption(
        f"By level, then by name{some}. Beside each name n, the rep months; the chances come from "
        "200 draws of them."
        + (f" {rest} not assessable: fewer than 8 rep months." if rest else "")
        + " A level tells how coaching is done; it is not for employment decisions."
    )
    charts.show(
        charts_maturity.chances(drawn),
        f"Chance of each level per manager. {said.levels_title(rows)}.",
        key="chances",
    )
    block.under(rows, name="manager_levels", page=PAGE, asked=[asked], measures=[LEVEL[0]])


def show_span(each: pd.DataFrame, asked: block.Asked) -> None:
    """Draw how many managers lead how many reps."""
    rows = said.span_rows(each) if len(each) else pd.DataFrame()
    if rows.empty or not data.shows_persons():
        nothing_of_managers()
        return
    st.caption("On the last day of the quarter, or as of today. Eight is our convention.")
    charts.show(charts_maturity.spans(rows), "Bars of managers by their span.", key="spans")
    block.under(
        rows.drop(columns=["is_over"]), name="span", page=PAGE, asked=[asked], measures=[MEAN_SPAN]
    )


def show_follow(each: pd.DataFrame, asked: block.Asked) -> None:
    """Draw the share of sessions followed up, per manager."""
    rows = said.figure_rows(each, "AF-03", "share") if len(each) else pd.DataFrame()
    if rows.empty or not data.shows_persons():
        nothing_of_managers()
        return
    drawn = rows.head(said.MOST_MANAGERS)
    some = f"The {len(drawn)} highest of {len(rows)} managers. " if len(drawn) < len(rows) else ""
    st.caption(
        f"{some}The share and n, session attendances; the line is the 95% interval."
        f"{said.left_out(each, 'AF-03', 'share')}"
    )
    charts.show(
        charts_maturity.rates(drawn), "Share of sessions followed up per manager.", key="follow"
    )
    block.under(rows, name="follow_through", page=PAGE, asked=[asked], measures=[FOLLOWED])


def show_time(each: pd.DataFrame, asked: block.Asked) -> None:
    """Draw the share of working time in coaching, per manager."""
    rows = said.time_rows(each) if len(each) else pd.DataFrame()
    if rows.empty or not data.shows_persons():
        nothing_of_managers()
        return
    total = len(said.figure_rows(each, "CO-05", "broad"))
    some = f"The {said.MOST_MANAGERS} highest of {total}. " if total > said.MOST_MANAGERS else ""
    st.caption(
        f"{some}Sessions as logged, of working time; n on hover. Preparation and what fills the "
        f"rest of the time are told by no source.{said.left_out(each, 'CO-05', 'broad')}"
    )
    charts.show(
        charts_maturity.time(rows), "Share of working time in coaching per manager.", key="time"
    )
    block.under(
        rows.drop(columns=["order"]),
        name="time",
        page=PAGE,
        asked=[asked],
        measures=[STRICT, BROAD],
    )


render()
