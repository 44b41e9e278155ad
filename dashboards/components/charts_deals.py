"""The charts of the page Deals."""

from __future__ import annotations

import pandas as pd

from dashboards.components.charts import Chart, Spec, _nominal, _quantity, _words, palette
from dashboards.components.deal_sentences import (
    BALANCE,
    DAYS,
    EARLIER,
    FALL,
    RISE,
    THIS,
    coverage_top,
)

_BREAK = "split(datum.label, ' ')"  # long names stand in two or three lines


def waterfall(rows: pd.DataFrame, currency: str) -> Chart:
    """Return a column per balance and step; a step begins where the one before it ended.

    ``rows``: label, kind (of BALANCE, RISE, FALL), amount, low, high, text.
    """
    colours = palette()
    order = rows["label"].tolist()
    down = _nominal(
        "label",
        sort=order,
        title=None,
        axis={"labelAngle": 0, "labelExpr": _BREAK, "labelFontSize": 12, "labelLimit": 110},
        scale={"paddingInner": 0.25, "paddingOuter": 0.1},
    )
    ends = [min(0.0, float(rows["low"].min())), float(rows["high"].max()) * 1.08 or 1.0]
    up = {
        "title": currency,
        "axis": {"format": "~s", "tickCount": 5},
        "scale": {"domain": ends, "nice": False},
    }
    kinds = [BALANCE, RISE, FALL]
    fill = _nominal(
        "kind",
        scale={"domain": kinds, "range": [colours.data, colours.steps[1], colours.quiet]},
        legend={"title": None},
    )
    tooltip = [_nominal("label", title="Step"), _nominal("text", title=currency)]
    bars = {
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "x": down,
            "y": _quantity("low", **up),
            "y2": {"field": "high"},
            "color": fill,
            "tooltip": tooltip,
        },
    }
    labels = {
        "mark": _words(baseline="bottom", dy=-4, color=colours.text),
        "encoding": {"x": down, "y": _quantity("high", **up), "text": _nominal("text")},
    }
    return Chart(rows, {"layer": [bars, labels], "height": 330})


def coverage(rows: pd.DataFrame) -> Chart:
    """Return a line per quarter over three fixed days: the chosen one in blue with its values.

    ``rows``: day, quarter, series (of THIS, EARLIER), value, text, n.
    """
    colours = palette()
    place = {
        "x": _nominal(
            "day",
            sort=list(DAYS.values()),
            title=None,
            axis={"labelAngle": 0},
            scale={"padding": 0.3},
        ),
        "y": _quantity(
            "value",
            title="Times what is missing",
            axis={"tickCount": 4},
            scale={"domain": [0, coverage_top(rows)], "clamp": True, "nice": False},
        ),
    }
    tooltip = [
        _nominal("quarter", title="Quarter"),
        _nominal("day", title="Day"),
        _nominal("text", title="Coverage"),
        _quantity("n", title="Open deals due"),
    ]
    series = [THIS, EARLIER]
    lines = {
        "mark": {"type": "line", "point": {"size": 50, "filled": True}},
        "encoding": {
            **place,
            "detail": _nominal("quarter"),
            "color": _nominal(
                "series",
                scale={"domain": series, "range": [colours.data, colours.quiet]},
                legend={"title": None},
            ),
            "strokeWidth": {
                "condition": {"test": f"datum.series === '{THIS}'", "value": 3},
                "value": 1.5,
            },
            "tooltip": tooltip,
        },
    }
    now, before = (rows[rows["series"] == name]["value"].mean() for name in series)
    beside = 16 if now < before else -14  # away from the other lines
    values = {
        "mark": _words(dy=beside, fontWeight="bold", color=colours.text),
        "encoding": {**place, "text": _nominal("text")},
        "transform": [{"filter": f"datum.series === '{THIS}'"}],
    }
    return Chart(rows, {"layer": [lines, values], "height": 260})


def conversion(rows: pd.DataFrame) -> Chart:
    """Return a point per stage with its interval, the words beside it.

    ``rows``: stage, value, low, high, n, text, is_small.
    """
    colours = palette()
    order = rows["stage"].tolist()
    down = _nominal("stage", sort=order, title=None, axis={"labelLimit": 150})
    lowest = max(0.0, float(rows["low"].min()) - 0.05)
    across: Spec = {
        "title": None,
        "axis": {"format": "%", "tickCount": 4},
        "scale": {"domain": [lowest, 1], "nice": False, "zero": False},
    }
    ink = {
        "condition": {"test": "datum.is_small", "value": colours.quiet},
        "value": colours.data,
    }
    spans = {
        "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
        "encoding": {
            "y": down,
            "x": _quantity("low", **across),
            "x2": {"field": "high"},
            "color": ink,
        },
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
        "encoding": {
            "y": down,
            "x": _quantity("value", **across),
            "color": ink,
            "tooltip": [_nominal("stage", title="Stage"), _nominal("text", title="Went on")],
        },
    }
    words = {
        "mark": _words(align="left", dx=8, color=colours.text),
        "encoding": {"x": {"value": "width"}, "y": down, "text": _nominal("text")},
    }
    # The browser itself makes room for the words at the right.
    return Chart(rows, {"layer": [spans, points, words], "height": max(32 * len(order), 100) + 20})
