"""Does coaching work? What the own deals can say, what goes before what, and what others claim."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards.components import charts, charts_proof, data, filters, frame
from dashboards.components import proof_words as said
from dashboards.components.block import under
from dashboards.components.words import NO_VALUE, as_date, day, plain
from dashboards.queries import proof, selection
from dashboards.queries.base import Entity, Measure, Period

PAGE = "Does coaching work?"
NAIVE_GAP = Measure("IM-01", "naive_gap")
COMPARED = ("company", "region")
MOST_LEADS = 5
ROW, HEAD, TALLEST = 35, 38, 640
TALL_ROW = 108  # of a table whose cells hold sentences


def render() -> None:
    """Draw the page."""
    entity = filters.organisation()
    if entity is None:
        frame.nothing_to_see()
        return
    if entity.entity_type in COMPARED:
        cohort = created_in()
        when = "" if cohort is None else f" · deals created {plain(cohort.label)}"
        st.caption(f"{plain(entity.label)}{when}")
        draw_deals(entity, cohort)
    else:
        st.caption(plain(entity.label))
        not_compared()
    evidence()


def created_in() -> Period | None:
    """Let the reader choose when the deals were created; None if no deal can be compared.

    It is no filter of periods like that of other pages: the newest one never holds a deal that is
    old enough.
    """
    rows = data.ask(proof.cohorts)
    if rows.empty:
        return None
    labels = [
        said.ALL_COHORTS if grain == "all" else str(label)
        for grain, label in zip(rows["period_grain"], rows["period_label"], strict=True)
    ]
    chosen = st.sidebar.selectbox(
        "Deals created",
        labels,
        key="created",
        bind="query-params",
        help="By the day of creation, because by the close a quarter would hold the quick deals of "
        f"one time and the slow ones of another. A deal is looked at from "
        f"{int(rows['maturity_days'].iloc[0])} days on.",
    )
    row = rows.iloc[labels.index(chosen) if chosen in labels else 0]
    is_all = row["period_grain"] == "all"
    start = as_date(row["period_start"])
    return Period(
        grain=str(row["period_grain"]),
        start=start,
        end=as_date(row["period_end"]),
        label=f"since {day(start)}" if is_all else f"in {row['period_label']}",
        is_complete=bool(row["is_complete"]),
    )


def not_compared() -> None:
    """Say why a team or a manager's organisation has no comparison, and what there is instead."""
    kinds = set(data.ask(selection.entities)["entity_type"])
    if kinds & set(COMPARED):
        what = "Choose the company or a region in the sidebar to see it."
    else:
        what = "Your role does not show these two."
    st.title("What goes before results, and what others claim", anchor=False)
    st.write(
        "Coached and other deals are compared for the company and its regions only, because a "
        f"smaller part has too few coached deals of one age. {what} What stands below is of the "
        "whole company and holds no person's figures."
    )


def draw_deals(entity: Entity, cohort: Period | None) -> None:
    """Draw the dominant part: coached against other deals, or why they cannot be compared."""
    if cohort is None:
        st.title("Whether coached deals do better cannot be told yet", anchor=False)
        st.write(
            "No deal can be compared. It takes a coaching log whose sessions name their deal, at "
            "least 20 won deals, and deals created since the log began that are old enough to be "
            "decided. Deliver sessions with the column 'opportunity' "
            "(halftime template coaching_log), and run again."
        )
        return
    rows = data.ask(proof.gaps, entity, cohort)
    if rows.empty:
        st.title("Not estimable yet", anchor=False)
        withheld = f" Or the figures are {data.withheld()}." if data.is_council() else ""
        st.write(
            f"No deal of {plain(entity.label)} created {cohort.label} is old enough to be "
            "compared: young deals may still be won, and those that are decided already are the "
            f"quick ones. Choose an earlier time in the sidebar.{withheld}"
        )
        return
    comparison(entity, cohort, rows)


def comparison(entity: Entity, cohort: Period, rows: pd.DataFrame) -> None:
    """Draw verdict, explanation, both charts and what stands below them."""
    st.title(said.headline(rows), anchor=False)
    found = said.verdict(rows)
    with st.container(border=True):
        st.markdown(f":material/{found.icon}: **{found.words}.** {found.why}")
    st.markdown(said.explanation())
    rates, gaps = said.rate_rows(rows), said.gap_rows(rows)
    if gaps.empty:
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.header("Win rate of coached and other deals", anchor=False)
        st.caption("● coached, ■ other; the line is the 95% interval")
        charts.show(
            charts_proof.rates(rates),
            f"Win rates with intervals of coached and other deals. {said.headline(rows)}.",
            key="rates",
        )
    with right:
        st.header("Gap between them", anchor=False)
        st.caption("in points, with its 95% interval; grey: biased, or too few deals")
        charts.show(
            charts_proof.gaps(gaps),
            f"Gap in points with interval, naively and at each landmark. {found.words}.",
            key="gaps",
        )
    st.caption(said.basis(rows))
    # Of all deals since the log began there is the comparison and no figure of the indicator.
    place = "company" if entity.entity_type == "company" else f"region={entity.entity_id}"
    figure = f"'IM-01:naive_gap@{place}@{cohort.grain}={cohort.start}'"
    under(
        rows,
        name="coached_deal_gap",
        page=PAGE,
        asked=[(proof.gaps, (entity, cohort))],
        measures=[NAIVE_GAP],
        trace="" if cohort.grain == "all" else figure,
    )


def evidence() -> None:
    """Draw the tabs: what leads, one pair lag by lag, and what others have published."""
    leads_tab, pair_tab, claims_tab = st.tabs(
        ["Which indicators lead", "One pair, lag by lag", "Published figures"],
        key="evidence",
        on_change="rerun",
        bind="query-params",
    )
    if leads_tab.open:
        with leads_tab:
            draw_pairs()
    if pair_tab.open:
        with pair_tab:
            draw_pair()
    if claims_tab.open:
        with claims_tab:
            draw_claims()


def draw_pairs() -> None:
    """Show which leading indicators really go before a result, and every pair that was asked."""
    rows = data.ask(proof.pairs)
    if rows.empty:
        no_pairs()
        return
    st.header(said.pairs_headline(rows), anchor=False)
    st.caption(
        "When a rep is better than usual in the one, is the same rep better than usual in the "
        "other so many months later? Of the whole company, whatever is chosen in the sidebar. It "
        "is no effect: what drives both, and what is done because of a result, looks the same."
    )
    for _, row in rows[rows["verdict"] == "leads"].head(MOST_LEADS).iterrows():
        st.markdown(f"- {said.lead_sentence(row)}")
    if (rows["verdict"] == "too_little_data").all():
        st.info(
            "Every pair needs 10 managers and 200 months of reps to learn from, and 10 managers "
            "and 100 months held out. This company is smaller, or its log is younger.",
            icon=":material/hourglass_empty:",
        )
    table = said.pair_rows(rows)
    columns = pair_columns()
    st.dataframe(
        table,
        hide_index=True,
        placeholder=NO_VALUE,
        height=min(HEAD + ROW * len(table), TALLEST),
        column_config=columns,
    )
    under(rows, name="lead_lag", page=PAGE, asked=[(proof.pairs, ())], measures=asked_of(rows))


def asked_of(rows: pd.DataFrame) -> list[Measure]:
    """Return the measures of the pairs, each once."""
    found = [
        Measure(*each)
        for side in ("leading", "lagging")
        for each in zip(rows[f"{side}_indicator_id"], rows[f"{side}_measure_id"], strict=True)
    ]
    return list(dict.fromkeys(found))


def pair_columns() -> dict[str, ColumnConfig]:
    """Return how the columns of the pairs are called and what they mean."""
    text, count = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "verdict": text(
            "Verdict",
            width=105,
            help="Leads: found in the months for learning after a false discovery rate of 5%, "
            "found again in later months, and stronger than in the same month. Moves with: "
            "found, and found again, in the same month. No sign: anything else; it may be noise. "
            "Says nothing: both measures look at the same deals, so they are tied by how they "
            "are made. Too little data: fewer than 10 managers or too few months.",
        ),
        "why": text("Because", width=155),
        "leading": text("Leading indicator", width=235),
        "lagging": text("Result", width=125),
        "lag_months": count(
            "Lag",
            format="%d",
            width=45,
            help="In months. Where nothing was found: the lag that was the least unlikely.",
        ),
        "learned": text("Correlation, learned", help="Within reps, with its 95% interval"),
        "n_learned": count("n", format="localized", help="Months of reps for learning"),
        "held_out": text("Held out", help="The same in the last third of the months"),
        "n_held_out": count("n held out", format="localized", help="Months of reps held out"),
        "managers": count("Managers", format="%d", help="Independent are managers, not months"),
        "as_hoped": text("As hoped", help="Whether better goes with better"),
    }


def no_pairs() -> None:
    """Say why no pair is known."""
    st.header("Which indicators lead cannot be told yet", anchor=False)
    st.write("No pair of indicators was asked in this build. Run halftime again to ask them.")


def draw_pair() -> None:
    """Draw one pair lag by lag, learned beside held out."""
    rows = data.ask(proof.pairs)
    if rows.empty:
        no_pairs()
        return
    names = [said.pair_name(row) for _, row in rows.iterrows()]
    chosen = st.selectbox("Pair", names, key="pair", bind="query-params")
    pair = rows.iloc[names.index(chosen) if chosen in names else 0]
    leads = Measure(str(pair["leading_indicator_id"]), str(pair["leading_measure_id"]))
    outcome = Measure(str(pair["lagging_indicator_id"]), str(pair["lagging_measure_id"]))
    title = said.lag_title(pair)
    st.header(plain(title), anchor=False)
    lags = data.ask(proof.lags, leads, outcome)
    shaped = said.lag_rows(lags)
    if shaped.empty:
        st.write(
            "At no lag are there 10 managers and 200 months of reps for learning, and 10 managers "
            "and 100 months held out. More months of the same data would let it be asked."
        )
    else:
        judged = pair["verdict"] in ("leads", "moves_with") and not pair["shares_cases"]
        st.caption(
            f"{said.lag_note(pair, judged)} ● learned, ■ held out: the last third of the months, "
            "which had no say in what was looked for. The line is the 95% interval."
        )
        charts.show(
            charts_proof.lags(shaped, int(pair["lag_months"]) if judged else None),
            f"Correlations with intervals at lags of 0 to 6 months. {title}.",
            key="lags",
        )
    under(
        lags,
        name="one_pair",
        page=PAGE,
        asked=[(proof.lags, (leads, outcome))],
        measures=[leads, outcome],
    )


def draw_claims() -> None:
    """Show what others have published, with where it comes from and what contradicts it."""
    rows = data.ask(proof.benchmarks)
    if rows.empty:
        st.header("No published figure is known", anchor=False)
        return
    st.header(said.benchmark_headline(rows), anchor=False)
    st.caption(said.NEVER_MERGED)
    table = said.benchmark_rows(rows)
    text = st.column_config.TextColumn
    st.dataframe(
        table,
        hide_index=True,
        placeholder=NO_VALUE,
        row_height=TALL_ROW,
        height=TALLEST,
        column_config={
            "figure": text("Figure", width=190),
            "value": text("Claim", width=65),
            "conflict": text("Contradicted by", width=200),
            "confidence": text("Confidence", width=85),
            "source": text("Source", width=180),
            "year": st.column_config.NumberColumn("Year", format="%d", width=55),
            "sample": text("Sample", width=100),
            "care": text("Why to be careful", width=200),
            "seen_on": text("Seen on", width=170),
            "seen_at": st.column_config.DateColumn("Seen", format="D MMM YYYY", width="small"),
        },
    )
    under(rows, name="published_figures", page=PAGE, asked=[(proof.benchmarks, ())])


render()
