"""Charts: few marks, few colours, words on the marks; legible in light and dark."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from dashboards.components.sentences import SESSION_STEPS

# The charts are our own and tested in a browser: checking each part of each chart against the
# schema whenever a page runs would take half of the time in which it answers.
disable_debug_mode()


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; ``steps`` goes from nothing to much."""

    data: str
    quiet: str
    text: str
    muted: str
    grid: str
    steps: tuple[str, str, str, str]


_LIGHT = Palette(
    data="#0072B2",
    quiet="#C3C9CE",
    text="#1F2933",
    muted="#5A6570",
    grid="#E6E3DB",
    steps=("#ECEAE4", "#9CC9E3", "#3C93C6", "#00507D"),
)
_DARK = Palette(
    data="#56A8DC",
    quiet="#4A555E",
    text="#E4E7E9",
    muted="#A3AEB6",
    grid="#2A333A",
    steps=("#222A30", "#24587A", "#3F8FC2", "#A5D5F2"),
)

FONT = "Inter, sans-serif"


def palette() -> Palette:
    """Return the colours of the theme the reader has chosen."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def show(chart: alt.Chart | alt.LayerChart, alt_text: str, key: str) -> None:
    """Show a chart in the house's look, with its text for those who do not see it."""
    colours = palette()
    styled = (
        chart.configure(background="transparent", font=FONT)
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=colours.muted,
            titleColor=colours.muted,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=colours.grid,
            domain=False,
            ticks=False,
            labelPadding=6,
        )
        .configure_legend(
            labelColor=colours.muted,
            titleColor=colours.muted,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            orient="top",
        )
    )
    st.vega_lite_chart(styled.to_dict(validate=False), theme=None, alt=alt_text, key=key)


def movement(rows: pd.DataFrame, order: list[str], now: str, before: str) -> alt.LayerChart:
    """Return bars left and right of zero: this week in blue, the week before in grey.

    ``rows``: label, week (``now`` or ``before``), signed (money), text.
    """
    colours = palette()
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelFontSize=13, labelLimit=200)),
        yOffset=alt.YOffset("week:N", sort=[now, before]),
        color=alt.Color(
            "week:N",
            scale=alt.Scale(domain=[now, before], range=[colours.data, colours.quiet]),
            legend=alt.Legend(title=None),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Movement"),
            alt.Tooltip("week:N", title="Week"),
            alt.Tooltip("text:N", title="Amount"),
        ],
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X(
            "signed:Q",
            title=None,
            axis=alt.Axis(format="~s", tickCount=7),
            scale=alt.Scale(domain=_with_room(rows["signed"])),
        )
    )
    newest = alt.datum.week == now
    texts = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=order, title=None),
        yOffset=alt.YOffset("week:N", sort=[now, before]),
        x="signed:Q",
        text="text:N",
    )
    right = texts.mark_text(align="left", dx=6, fontSize=12, color=colours.text).transform_filter(
        newest & (alt.datum.signed >= 0)
    )
    left = texts.mark_text(align="right", dx=-6, fontSize=12, color=colours.text).transform_filter(
        newest & (alt.datum.signed < 0)
    )
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=colours.muted, strokeWidth=1)
        .encode(x="zero:Q")
    )
    return alt.layer(bars, right, left, zero)


def _with_room(values: pd.Series) -> list[float]:
    """Return a domain with room for the words at the ends of the bars, zero included."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    room = (high - low) * 0.2 or 1.0
    return [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]


def heatmap(rows: pd.DataFrame, reps: list[str]) -> alt.LayerChart:
    """Return rep × week: one cell a week, darker with more sessions; no cell = not on the roster.

    ``rows``: rep, manager, week_start, sessions, step (of SESSION_STEPS), minutes; ``reps`` in
    order of manager. The manager's name stands at the right of each manager's first rep.
    """
    colours = palette()
    across = alt.X(
        "yearmonthdate(week_start):O",
        title=None,
        axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True, orient="top"),
        scale=alt.Scale(paddingInner=0.08),
    )
    down = alt.Y(
        "rep:N",
        sort=reps,
        title=None,
        axis=alt.Axis(labelLimit=220),
        scale=alt.Scale(paddingInner=0.12),
    )
    cells = (
        alt.Chart(rows)
        .mark_rect(cornerRadius=2)
        .encode(
            x=across,
            y=down,
            color=alt.Color(
                "step:O",
                sort=SESSION_STEPS,
                scale=alt.Scale(domain=SESSION_STEPS, range=list(colours.steps)),
                legend=alt.Legend(
                    title="Sessions in the week", symbolType="square", titleOrient="left"
                ),
            ),
            tooltip=[
                alt.Tooltip("rep:N", title="Rep"),
                alt.Tooltip("manager:N", title="Manager"),
                alt.Tooltip("week_start:T", title="Week of", format="%-d %b %Y"),
                alt.Tooltip("sessions:Q", title="Sessions"),
                alt.Tooltip("minutes:Q", title="Minutes"),
            ],
        )
    )
    first = rows.drop_duplicates("manager")[["rep", "manager"]]
    names = (
        alt.Chart(first)
        .mark_text(align="left", dx=8, fontSize=12, color=colours.muted)
        .encode(x=alt.value("width"), y=down, text="manager:N")
    )
    row_height = 24 if len(reps) <= 20 else 19
    return alt.layer(cells, names).properties(
        height=row_height * max(len(reps), 3) + 80, padding={"right": 130}
    )


def ranked_bars(
    rows: pd.DataFrame, *, category: str, value: str, text: str, quiet: list[str], height: int = 30
) -> alt.LayerChart:
    """Return horizontal bars in the order of the rows, labelled at their ends, no axis."""
    colours = palette()
    order = rows[category].tolist()
    room = float(rows[value].max() or 1) * 1.35
    base = alt.Chart(rows).encode(
        y=alt.Y(
            f"{category}:N", sort=order, title=None, axis=alt.Axis(labelFontSize=13, labelLimit=330)
        ),
        x=alt.X(f"{value}:Q", title=None, axis=None, scale=alt.Scale(domain=[0, room])),
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        color=alt.condition(
            alt.FieldOneOfPredicate(field=category, oneOf=quiet),
            alt.value(colours.quiet),
            alt.value(colours.data),
        ),
        tooltip=[alt.Tooltip(f"{category}:N", title=""), alt.Tooltip(f"{text}:N", title="")],
    )
    labels = base.mark_text(align="left", dx=6, fontSize=12, color=colours.text).encode(
        text=f"{text}:N"
    )
    return alt.layer(bars, labels).properties(height=height * max(len(order), 1) + 10)


def months(rows: pd.DataFrame, *, series: list[str], unit_title: str) -> alt.Chart:
    """Return stacked columns by period: the first series in blue, the second in grey.

    ``rows``: period_label, series, value, n.
    """
    colours = palette()
    order = list(dict.fromkeys(rows["period_label"]))
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X(
                "period_label:N",
                sort=order,
                title=None,
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("value:Q", title=unit_title, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "series:N",
                sort=series,
                scale=alt.Scale(domain=series, range=[colours.data, colours.quiet]),
                legend=alt.Legend(title=None),
            ),
            order=alt.Order("series:N", sort="descending"),
            tooltip=[
                alt.Tooltip("period_label:N", title="Period"),
                alt.Tooltip("series:N", title="Kind"),
                alt.Tooltip("value:Q", title=unit_title, format=".2f"),
                alt.Tooltip("n:Q", title="n"),
            ],
        )
        .properties(height=210)
    )


def weeks(rows: pd.DataFrame) -> alt.Chart:
    """Return a person's weeks as columns of minutes; ``rows``: week_start, minutes, sessions."""
    colours = palette()
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2, color=colours.data)
        .encode(
            x=alt.X(
                "yearmonthdate(week_start):O",
                title=None,
                axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("minutes:Q", title="Minutes", axis=alt.Axis(tickCount=4)),
            tooltip=[
                alt.Tooltip("week_start:T", title="Week of", format="%-d %b %Y"),
                alt.Tooltip("sessions:Q", title="Sessions"),
                alt.Tooltip("minutes:Q", title="Minutes"),
            ],
        )
        .properties(height=200)
    )
