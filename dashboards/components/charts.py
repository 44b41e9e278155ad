"""Charts: few marks, few colours, words on the marks; legible in light and dark.

Each chart is a plain Vega-Lite specification beside its rows. The rows travel apart from it, so a
browser that gets new rows for the same specification redraws marks instead of building the chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components import locales
from dashboards.components.sentences import SESSION_STEPS, SHARE_STEPS

Spec = dict[str, Any]


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; ``steps`` goes from nothing to much."""

    data: str
    quiet: str
    text: str
    muted: str
    grid: str
    steps: tuple[str, str, str, str]


@dataclass(frozen=True)
class Chart:
    """What is drawn, and how."""

    rows: pd.DataFrame
    spec: Spec


_LIGHT = Palette(
    data="#0072B2",
    quiet="#C3C9CE",
    text="#0D151C",
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


def _look(colours: Palette) -> Spec:
    """Return the house's look: what all charts of a theme share."""
    words = {
        "labelColor": colours.muted,
        "titleColor": colours.muted,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    lines = {"gridColor": colours.grid, "domain": False, "ticks": False, "labelPadding": 6}
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"strokeWidth": 0},
        "axis": {**words, **lines},
        "legend": {**words, "orient": "top"},
    }


_LOOKS = {colours: _look(colours) for colours in (_LIGHT, _DARK)}


def show(chart: Chart, alt_text: str, key: str) -> None:
    """Show a chart in the house's look, with its text for those who do not see it."""
    look = _LOOKS[palette()]
    # The words and the table tell what is drawn; without them each empty layer is a picture
    # without a name to those who do not see it.
    marks = {"mark": {**look.get("mark", {}), "aria": False}}
    spec = {**chart.spec, "config": {**look, **marks, **locales.current().chart()}}
    st.vega_lite_chart(chart.rows, spec, theme=None, alt=alt_text, key=key)


def _nominal(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "nominal", **more}


def _quantity(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", **more}


def _words(**more: Any) -> Spec:
    """Return a mark of words beside the end of a bar."""
    return {"type": "text", "fontSize": 12, **more}


_COLUMNS = {"type": "bar", "cornerRadiusTopLeft": 2, "cornerRadiusTopRight": 2}
_BARS = {"type": "bar", "cornerRadius": 2}


def _week_of() -> Spec:
    pattern = locales.current().axis_day(is_short=False)
    return {"field": "week_start", "type": "temporal", "title": "Week of", "format": pattern}


def _sessions() -> list[Spec]:
    return [
        _week_of(),
        _quantity("sessions", title="Sessions"),
        _quantity("minutes", title="Minutes"),
    ]


def _week_axis(**more: Any) -> Spec:
    """Return the weeks as columns, named by their Mondays."""
    pattern = locales.current().axis_day(is_short=True)
    axis = {"format": pattern, "labelAngle": 0, "labelOverlap": True, **more}
    return {
        "field": "week_start",
        "timeUnit": "yearmonthdate",
        "type": "ordinal",
        "title": None,
        "axis": axis,
    }


def _with_local_weeks(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the weeks without a time zone, so that a Monday is one wherever it is read."""
    return rows.assign(week_start=rows["week_start"].dt.strftime("%Y-%m-%dT00:00:00"))


def movement(rows: pd.DataFrame, order: list[str], now: str, before: str) -> Chart:
    """Return bars left and right of zero: this week in blue, the week before in grey.

    ``rows``: label, week (``now`` or ``before``), signed (money), text.
    """
    colours = palette()
    place = {
        "y": _nominal(
            "label", sort=order, title=None, axis={"labelFontSize": 13, "labelLimit": 200}
        ),
        "yOffset": _nominal("week", sort=[now, before]),
        "x": _quantity(
            "signed",
            title=None,
            axis={"format": "~s", "tickCount": 7},
            scale={"domain": _with_room(rows["signed"])},
        ),
    }
    fill = _nominal(
        "week",
        scale={"domain": [now, before], "range": [colours.data, colours.quiet]},
        legend={"title": None},
    )
    tooltip = [
        _nominal("label", title="Movement"),
        _nominal("week", title="Week"),
        _nominal("text", title="Amount"),
    ]

    def amounts(align: str, away: int, side: str) -> Spec:
        return {
            "mark": _words(align=align, dx=away, color=colours.text),
            "encoding": {**place, "text": _nominal("text")},
            "transform": [{"filter": f"datum.week === '{now}' && datum.signed {side} 0"}],
        }

    zero = {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": colours.muted, "strokeWidth": 1},
        "encoding": {"x": _quantity("zero")},
    }
    bars = {"mark": _BARS, "encoding": {**place, "color": fill, "tooltip": tooltip}}
    layers = [bars, amounts("left", 6, ">="), amounts("right", -6, "<"), zero]
    height = 46 * rows["label"].nunique() + 30
    return Chart(rows[["label", "week", "signed", "text"]], {"layer": layers, "height": height})


def _with_room(values: pd.Series) -> list[float]:
    """Return a domain with room for the words at the ends of the bars, zero included."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    room = (high - low) * 0.2 or 1.0
    return [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]


def heatmap(rows: pd.DataFrame, reps: list[str]) -> Chart:
    """Return rep × week: one cell a week, darker with more sessions; no cell = not on the roster.

    ``rows``: rep, manager, week_start, sessions, step (of SESSION_STEPS), minutes; ``reps`` in
    order of manager. The manager's name stands at the right of each manager's first rep.
    """
    people = [_nominal("rep", title="Rep"), _nominal("manager", title="Manager")]
    cells = _cells("rep", reps, SESSION_STEPS, "Sessions in the week", [*people, *_sessions()])
    names = {
        "mark": _words(align="left", dx=8, color=palette().muted),
        "encoding": {
            "x": {"value": "width"},
            "y": cells["encoding"]["y"],
            "text": _nominal("manager"),
        },
        "transform": [{"filter": "datum.is_first"}],
    }
    drawn = _with_local_weeks(rows).assign(is_first=~rows["manager"].duplicated())
    look = {"height": _height(reps), "padding": {"right": 130}}
    return Chart(drawn, {"layer": [cells, names], **look})


def manager_heatmap(rows: pd.DataFrame, managers: list[str]) -> Chart:
    """Return manager × week: one cell a week, darker the more of the reps had a session.

    ``rows``: manager, week_start, coached, reps, step (of SHARE_STEPS); ``managers`` in order.
    """
    tooltip = [
        _nominal("manager", title="Manager"),
        _week_of(),
        _quantity("coached", title="Reps with a session"),
        _quantity("reps", title="Reps on the roster"),
    ]
    cells = _cells("manager", managers, SHARE_STEPS, "Share of reps with a session", tooltip)
    return Chart(_with_local_weeks(rows), {**cells, "height": _height(managers)})


def group_heatmap(rows: pd.DataFrame, groups: list[str]) -> Chart:
    """Return group × week: one cell a week, darker the more of the reps had a session.

    ``rows``: group, week_start, reps, step (of SHARE_STEPS); no cell = withheld or nobody there.
    """
    tooltip = [
        _nominal("group", title="Group"),
        _week_of(),
        _quantity("reps", title="Reps on the roster"),
        _nominal("step", title="Share with a session"),
    ]
    cells = _cells("group", groups, SHARE_STEPS, "Share of reps with a session", tooltip)
    return Chart(_with_local_weeks(rows), {**cells, "height": _height(groups)})


def _cells(row: str, order: list[str], steps: list[str], title: str, tooltip: list[Spec]) -> Spec:
    """Return cells of weeks by ``row``, coloured by their ``step``."""
    fill = {
        "field": "step",
        "type": "ordinal",
        "sort": steps,
        "scale": {"domain": steps, "range": list(palette().steps)},
        "legend": {"title": title, "symbolType": "square", "titleOrient": "left"},
    }
    down = _nominal(
        row, sort=order, title=None, axis={"labelLimit": 220}, scale={"paddingInner": 0.12}
    )
    return {
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {
            "x": {**_week_axis(orient="top"), "scale": {"paddingInner": 0.08}},
            "y": down,
            "color": fill,
            "tooltip": tooltip,
        },
    }


def _height(rows: list[str]) -> int:
    return (24 if len(rows) <= 20 else 19) * max(len(rows), 3) + 80


def ranked_bars(
    rows: pd.DataFrame, *, category: str, value: str, text: str, quiet: list[str], height: int = 30
) -> Chart:
    """Return horizontal bars in the order of the rows, labelled at their ends, no axis."""
    colours = palette()
    order = rows[category].tolist()
    # The words stand behind the longest bar, also where the chart has half a page.
    longest = int(rows[text].str.len().max()) if len(rows) else 0
    room = float(rows[value].max() or 1) * (1 + 0.07 * longest)
    place = {
        "y": _nominal(
            category, sort=order, title=None, axis={"labelFontSize": 13, "labelLimit": 330}
        ),
        "x": _quantity(value, title=None, axis=None, scale={"domain": [0, room]}),
    }
    fill = {
        "condition": {"test": {"field": category, "oneOf": quiet}, "value": colours.quiet},
        "value": colours.data,
    }
    tooltip = [_nominal(category, title=""), _nominal(text, title="")]
    bars = {"mark": _BARS, "encoding": {**place, "color": fill, "tooltip": tooltip}}
    labels = {
        "mark": _words(align="left", dx=6, color=colours.text),
        "encoding": {**place, "text": _nominal(text)},
    }
    tall = height * max(len(order), 1) + 10
    return Chart(rows[[category, value, text]], {"layer": [bars, labels], "height": tall})


def months(rows: pd.DataFrame, *, series: list[str], unit_title: str) -> Chart:
    """Return stacked columns by period: the first series in blue, the second in grey.

    ``rows``: period_label, series, value, n.
    """
    colours = palette()
    order = list(dict.fromkeys(rows["period_label"]))
    encoding = {
        "x": _nominal(
            "period_label", sort=order, title=None, axis={"labelAngle": 0, "labelOverlap": True}
        ),
        "y": _quantity("value", title=unit_title, axis={"tickCount": 4}),
        "color": _nominal(
            "series",
            sort=series,
            scale={"domain": series, "range": [colours.data, colours.quiet]},
            legend={"title": None},
        ),
        "order": _nominal("series", sort="descending"),
        "tooltip": [
            _nominal("period_label", title="Period"),
            _nominal("series", title="Kind"),
            _quantity("value", title=unit_title, format=".2f"),
            _quantity("n", title="n"),
        ],
    }
    return Chart(rows, {"mark": _COLUMNS, "encoding": encoding, "height": 210})


def weeks(rows: pd.DataFrame) -> Chart:
    """Return a person's weeks as columns of minutes; ``rows``: week_start, minutes, sessions."""
    encoding = {
        "x": _week_axis(),
        "y": _quantity("minutes", title="Minutes", axis={"tickCount": 4}),
        "tooltip": _sessions(),
    }
    mark = {**_COLUMNS, "color": palette().data}
    return Chart(_with_local_weeks(rows), {"mark": mark, "encoding": encoding, "height": 200})
