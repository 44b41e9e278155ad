"""Deals: which open deals ask for a conversation, and what became of the pipeline of a quarter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components import behind, block, charts, charts_deals, data, filters, frame
from dashboards.components.deal_sentences import (
    DUE,
    OPEN,
    RULE,
    WARNINGS,
    Deal,
    conversion_rows,
    conversion_sentence,
    coverage_rows,
    coverage_sentence,
    coverage_top,
    deal_facts,
    deals_of,
    funnel_places,
    funnel_sentence,
    list_title,
    residual_sentence,
    risk_title,
    warning_rows,
    warning_sentence,
    waterfall_rows,
    waterfall_title,
)
from dashboards.components.figures import Figure, figures
from dashboards.components.words import as_date, count_of, day, deal_name, number, percent, plain
from dashboards.queries import deals, indicators, selection
from dashboards.queries.base import Entity, Measure, Period
from dashboards.queries.scope import Persons
from dashboards.record_links import record_link

PAGE = "Deals"
DETAIL = "views/detail.py"
MOST_LISTED = 10
MOST_ROWS = 500  # deals in the table and the file
QUARTERS = 8
LINE_WIDTHS = [0.35, 3.5, 5.9, 1.1]
VIEWS = {"All open": OPEN, "Due": DUE}
VIEW_MEANING = (
    "All open: every open deal, whenever it is due. Due: those expected to close in "
    "the quarter, so that deals are also pulled in and pushed out."
)


def render() -> None:
    """Draw the page: the title belongs to the tab that is open."""
    clock = data.ask(selection.clock)
    entity = filters.organisation()
    if clock.empty or entity is None:
        frame.nothing_to_see()
        return
    head = st.container(gap="small")
    risk, pipeline = st.tabs(
        ["At risk", "Pipeline"], key="part", on_change="rerun", bind="query-params"
    )
    if pipeline.open:
        quarter = filters.period("fiscal_quarter")
        currency = filters.currency(str(clock.iloc[0]["reporting_currency"]), entity)
        with pipeline:
            show_pipeline(head, entity, quarter, currency)
        return
    with risk:
        show_risk(head, entity, as_of=day(clock.iloc[0]["as_of_date"]))


def show_risk(head: st.delta_generator.DeltaGenerator, entity: Entity, as_of: str) -> None:
    """Show which warnings the open deals have, and which deals have the most."""
    head.caption(f"{entity.label} · as of {as_of}")
    if data.is_council():
        head.title("Open deals by warning, not one by one", anchor=False)
        warning_figures(entity)
        return
    product = filters.product()
    counts = data.ask(deals.warning_counts, entity, product)
    head.title(risk_title(counts), anchor=False)
    if counts.empty:
        st.write(
            "Nothing can be at risk where nothing is open. Choose another part of the organisation "
            "or all products in the sidebar, or look at the tab Pipeline."
        )
        return
    shown = warning_rows(counts)
    if shown.empty:
        st.write("No warning holds today. The definitions say from where on each would.")
        return
    show_warnings(shown, (deals.warning_counts, (entity, product)))
    show_list(entity, product)


def warned_measures() -> list[Measure]:
    """Return the measures that count the warnings."""
    return [Measure(*measure) for _, measure in WARNINGS.values()]


def show_warnings(shown: pd.DataFrame, asked: block.Asked) -> None:
    """Draw how many open deals have each warning."""
    title = warning_sentence(shown)
    st.header(title, anchor=False)
    st.caption(
        f"n = {count_of(shown['open_count'].iloc[0], 'open deal')}; "
        "a deal with several warnings counts for each."
    )
    charts.show(
        charts.ranked_bars(
            shown, category="warning", value="share", text="text", quiet=[], height=24
        ),
        f"Open deals by warning. {title}.",
        key="warnings",
    )
    entity, quarter = asked[1][0], filters.running_quarter()
    block.under(
        shown,
        name="warnings",
        page=PAGE,
        asked=[asked],
        measures=warned_measures(),
        part=behind.Part(entity, quarter) if quarter else None,
    )


def warning_figures(entity: Entity) -> None:
    """Draw the shares of open deals by warning where no deal may be told: from the figures."""
    measures = tuple(warned_measures())
    period = filters.running_quarter()
    if period is None:
        st.write("No fiscal quarter has begun by this day.")
        return
    told = data.ask(indicators.series, entity, period, measures, "all", 1)
    told = told.dropna(subset=["value"]).sort_values("value", ascending=False)
    if told.empty:
        st.header("No figure of these deals can be shown", anchor=False)
        st.write(f"Each is {data.withheld()} stand behind it. Choose a larger group.")
        return
    names = {(item.indicator_id, item.measure_id): item.measure_name for item in data.registry()}
    shown = pd.DataFrame(
        {
            "warning": [
                names.get(key, key[0])
                for key in zip(told["indicator_id"], told["measure_id"], strict=True)
            ],
            "share": told["value"],
            "text": [percent(value) for value in told["value"]],
            "open_count": told["observation_count"],
        }
    )
    st.header(f"{shown['warning'].iloc[0]}: {shown['text'].iloc[0]}", anchor=False)
    st.caption(
        f"n = {number(int(shown['open_count'].max()))} open deals. No single deal is listed."
    )
    charts.show(
        charts.ranked_bars(shown, category="warning", value="share", text="text", quiet=[]),
        "Shares of open deals by warning.",
        key="warnings",
    )
    asked = (indicators.series, (entity, period, measures, "all", 1))
    block.under(shown, name="warnings", page=PAGE, asked=[asked], measures=measures)


def show_list(entity: Entity, product: str) -> None:
    """Show the deals with the most warnings, each with its reasons and a way to look at it."""
    if data.session_scope().persons is Persons.GROUPS:
        st.header("No single deal is listed", anchor=False)
        st.write("Your role sees groups, not persons; a deal would tell of its owner.")
        return
    rows = data.ask(deals.at_risk, entity, product, MOST_ROWS)
    if rows.empty:
        st.header("No deal with a warning has an owner whom you may see", anchor=False)
        return
    total = int(rows["deal_count"].iloc[0])
    listed = deals_of(rows, MOST_LISTED)
    st.header(list_title(len(listed), total), anchor=False)
    st.caption(RULE)
    with st.container(border=True, gap="small"):
        for place, deal in enumerate(listed, start=1):
            deal_line(place, deal)
    table = rows.drop(columns=["deal_count", "person_id"])
    block.under(
        table,
        name="deals_at_risk",
        page=PAGE,
        asked=[(deals.at_risk, (entity, product, MOST_ROWS))],
        measures=warned_measures(),
    )
    if total > MOST_ROWS:
        st.caption(f"Table and files hold the first {number(MOST_ROWS)} of {number(total)} deals.")


def deal_line(place: int, deal: Deal) -> None:
    """Show one deal of the list."""
    row = deal.row
    name = plain(deal_name(row["opportunity_name"], row["opportunity_id"]))
    owner: str = "nobody known" if pd.isna(row["owner_name"]) else plain(row["owner_name"])
    columns = st.columns(LINE_WIDTHS, vertical_alignment="top")
    columns[0].markdown(f":gray[{place}]")
    what, when = deal_facts(row)
    columns[1].markdown(
        f"**{name}**  \n:small[{plain(what)}]  \n"
        f":small[:gray[{plain(when)}]]  \n:small[:gray[deal of {owner}]]"
    )
    system, address = record_link(row["opportunity_id"])
    if address:
        columns[1].link_button(
            f"Open in {system}", address, icon=":material/open_in_new:", type="tertiary"
        )
    reasons = "\n".join(f"- :small[{plain(text)}]" for text in deal.reasons)
    columns[2].markdown(f"**{count_of(len(deal.reasons), 'warning')}**\n{reasons}")
    columns[3].page_link(
        DETAIL,
        label="Open",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={"deal": str(row["opportunity_id"])},
    )


def show_pipeline(
    head: st.delta_generator.DeltaGenerator, entity: Entity, period: Period | None, currency: str
) -> None:
    """Show what became of the pipeline of a quarter, and whether enough of it is left."""
    if period is None:
        head.title("No fiscal quarter has begun by this day", anchor=False)
        return
    today = min(as_date(data.ask(selection.clock).iloc[0]["as_of_date"]), period.end)
    head.caption(f"{entity.label} · {period.label}, seen on {day(today)}")
    chosen = st.sidebar.segmented_control(
        "Pipeline",
        list(VIEWS),
        default=next(iter(VIEWS)),
        key="view",
        bind="query-params",
        required=True,
        help=VIEW_MEANING,
    )
    show_waterfall(head, entity, period, currency, VIEWS.get(str(chosen), OPEN))
    coverage, usual = Measure("PI-01", "coverage", currency), Measure("PI-01", "usual", currency)
    by_count, by_value = Measure("PI-05", "by_count"), Measure("PI-05", "by_value", currency)
    measures = (coverage, usual, by_count, by_value)
    rows = data.ask(indicators.series, entity, period, measures, "all", QUARTERS)
    shown = figures(rows, measures, data.registry(), data.sentences(), period, today)
    so_far = "" if period.is_complete else ", so far"
    one, two, three = st.columns(3)
    with one:
        fact(shown[coverage], "Coverage", usual_words(shown[usual]))
    with two:
        fact(shown[by_count], f"Deals due that slipped{so_far}")
    with three:
        fact(shown[by_value], f"Amount due that slipped{so_far}")
    asked = (
        entity,
        period,
        (coverage, Measure("PI-06", "conversion"), Measure("PI-08", "share")),
        QUARTERS,
    )
    parts = data.ask(deals.breakdown, *asked)
    show_funnel(parts, period)
    left, right = st.columns(2, gap="large")
    with left:
        show_coverage(parts, period, (deals.breakdown, asked))
    with right:
        show_conversion(parts, (deals.breakdown, asked))


def fact(shown: Figure, label: str, note: str = "") -> None:
    """Show a figure without a change: against a whole quarter a running one would mislead."""
    with st.container(border=True, height="stretch"):
        st.metric(
            label,
            f":gray[{shown.text}]" if shown.is_small else shown.text,
            help=shown.definition.hover() if shown.definition else None,
        )
        st.caption(f"{shown.basis()}  \n{note}" if note else shown.basis())


def usual_words(usual: Figure) -> str:
    """Return what coverage was on the same day of earlier quarters."""
    if usual.value is None:
        return "What is usual on this day is not known."
    return f"Usual on the same day: {usual.text}, the median of {count_of(usual.n, 'quarter')}."


def show_waterfall(
    head: st.delta_generator.DeltaGenerator,
    entity: Entity,
    period: Period,
    currency: str,
    view: str,
) -> None:
    """Draw the dominant chart: from what was open at the start to what is open at the end."""
    asked = (entity, period, currency, view)
    rows = data.ask(deals.waterfall, *asked)
    if rows.empty:
        head.title(f"No pipeline in {currency} is known for {period.label}", anchor=False)
        if data.is_council():
            st.write(f"Deal by deal the changes are {data.withheld()} stand behind some of them.")
        else:
            st.write("Choose another currency, quarter or part of the organisation.")
        return
    row = rows.iloc[0]
    title = waterfall_title(row, currency, period, view)
    head.title(title, anchor=False)
    then = "at the end" if period.is_complete else "today"
    st.header(
        f"{count_of(row['start_count'], 'deal')} at the start, {number(row['end_count'])} {then}, "
        "and what happened between",
        anchor=False,
    )
    st.caption(f"{residual_sentence(row, currency)} Deals in {currency} only.")
    steps = waterfall_rows(row, currency, period)
    words = "; ".join(steps["label"] + " " + steps["text"])
    charts.show(
        charts_deals.waterfall(steps, currency), f"Waterfall. {title}. {words}.", key="waterfall"
    )
    block.under(
        steps[["label", "amount"]],
        name="waterfall",
        page=PAGE,
        asked=[(deals.waterfall, asked)],
        measures=[Measure("PI-04", view)],
    )


def show_funnel(parts: pd.DataFrame, period: Period) -> None:
    """Show the shape of the funnel, from its top to its bottom."""
    places = funnel_places(parts, period)
    if not places:
        st.header("The shape of the funnel is not known", anchor=False)
        st.caption(
            f"It is {data.withheld()} stand behind it."
            if data.is_council()
            else "No open deal of this quarter has a stage that the map of stages knows."
        )
        return
    st.header(funnel_sentence(places), anchor=False)
    known = next((item for item in data.registry() if item.indicator_id == "PI-08"), None)
    for column, place in zip(st.columns(len(places)), places, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(place.label, percent(place.share), help=known.hover() if known else None)
            st.caption(place.basis)


def show_coverage(parts: pd.DataFrame, period: Period, asked: block.Asked) -> None:
    """Draw coverage on fixed days beside the same days of earlier quarters."""
    shown = coverage_rows(parts, period)
    if shown.empty:
        st.header("Coverage on a fixed day is not known", anchor=False)
        st.caption("It needs a quota that is not met yet, and deals with an expected close.")
        return
    title = coverage_sentence(shown)
    is_cut = shown["value"].max() > coverage_top(shown)
    st.header(title, anchor=False)
    st.caption(
        f"n = {count_of(shown['quarter'].nunique(), 'quarter')}. Open deals due in the quarter "
        "over what was missing to its quota. A quarter whose quota was met has no point."
        + (" One beyond the scale stands at its upper edge." if is_cut else "")
    )
    charts.show(charts_deals.coverage(shown), f"Lines of coverage by day. {title}.", key="coverage")
    block.under(
        shown[["quarter", "day", "value", "n"]],
        name="coverage",
        page=PAGE,
        asked=[asked],
        measures=[Measure("PI-01", "coverage"), Measure("PI-01", "usual")],
    )


def show_conversion(parts: pd.DataFrame, asked: block.Asked) -> None:
    """Draw how many deals went on from each stage, of a quarter that is old enough to tell."""
    known, told = {}, [asked]
    if not data.is_council():  # its build does not hold the stages of single deals
        names = data.ask(deals.stage_names)
        known = dict(zip(names["member"], names["stage_names"], strict=True))
        told.append((deals.stage_names, ()))
    shown, label = conversion_rows(parts, known)
    if shown.empty:
        st.header("No quarter is old enough to say where deals are lost", anchor=False)
        st.caption("Its deals must have had as long as nineteen in twenty won deals took.")
        return
    title = conversion_sentence(shown)
    st.header(title, anchor=False)
    st.caption(
        f"Of the deals that entered a stage in {label}, the youngest quarter whose deals have had "
        f"their time; n = {number(shown['n'].sum())} entries, 95% intervals."
    )
    charts.show(
        charts_deals.conversion(shown),
        f"Conversion by stage with intervals. {title}.",
        key="stages",
    )
    block.under(
        shown[["stage", "value", "low", "high", "n"]],
        name="conversion",
        page=PAGE,
        asked=told,
        measures=[Measure("PI-06", "conversion")],
    )


render()
