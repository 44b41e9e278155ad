"""Charts of the page on proof: dots with their intervals, beside a line at nought."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.components.charts import Chart, Spec, _nominal, _quantity, _words, palette

_ROW = 62
_ROOM_BELOW = 40


def _zero(channel: str) -> Spec:
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": palette().muted, "strokeWidth": 1},
        "encoding": {channel: _quantity("zero")},
    }


def _down(order: list[str]) -> Spec:
    return _nominal("name", sort=order, title=None, axis={"labelFontSize": 13})


def gaps(rows: pd.DataFrame) -> Chart:
    """Return the gap of each comparison with its interval; hollow and grey where too few.

    ``rows``: name, gap, low, high (points), text, is_judged; in the order to be drawn.
    """
    colours = palette()
    order = rows["name"].tolist()
    low, high = min(float(rows["low"].min()), 0.0), max(float(rows["high"].max()), 0.0)
    room = (high - low) * 0.15 or 1.0  # for the words above the dots
    across = _quantity(
        "gap",
        title="Gap in points, coached less other",
        axis={"tickCount": 6},
        scale={"domain": [low - room, high + room], "nice": False},
    )
    tooltip = [_nominal("name", title="Comparison"), _nominal("text", title="Gap, points")]
    colour = {
        "condition": [
            {"test": "!datum.is_judged", "value": colours.quiet},
            {"test": "datum.name === 'Naive'", "value": colours.muted},
        ],
        "value": colours.data,
    }
    place: Spec = {"y": _down(order), "x": across, "color": colour, "tooltip": tooltip}
    lines = _intervals(place, "x")
    dots = {"mark": {"type": "point", "filled": True, "size": 150, "opacity": 1}, "encoding": place}
    words = {
        "mark": _words(align="center", dy=-17, color=colours.text),
        "encoding": {"y": _down(order), "x": across, "text": _nominal("text")},
    }
    layers = [_zero("x"), lines, dots, words]
    return Chart(rows, {"layer": layers, "height": _ROW * len(order) + _ROOM_BELOW})


def rates(rows: pd.DataFrame) -> Chart:
    """Return the win rates of coached (filled) and other deals (hollow) in each comparison.

    ``rows``: name, deals ('Coached' or 'Other'), rate, low, high, text, is_judged; too few is grey.
    """
    colours = palette()
    order = list(dict.fromkeys(rows["name"]))
    kinds = ["Coached", "Other"]
    across = _quantity(
        "rate",
        title="Win rate: won of won and lost",
        axis={"format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
        scale={"domain": [0, 1.25]},  # room for the words behind the last dot
    )
    tooltip = [
        _nominal("name", title="Comparison"),
        _nominal("deals", title="Deals"),
        _nominal("text", title="Win rate"),
        _quantity("low", title="From", format=".0%"),
        _quantity("high", title="To", format=".0%"),
    ]
    scale = {"domain": kinds, "range": [colours.data, colours.muted]}
    place: Spec = {
        "y": _down(order),
        "yOffset": _nominal("deals", sort=kinds),
        "x": across,
        "color": {
            "condition": {"test": "!datum.is_judged", "value": colours.quiet},
            **_nominal("deals", scale=scale, legend=None),
        },
        "tooltip": tooltip,
    }
    lines = _intervals(place, "x")
    words = {
        "mark": _words(align="left", dx=8, color=colours.text),
        "encoding": {**_without(place, "color"), "x": {**across, "field": "high"}}
        | {"text": _nominal("text")},
    }
    layers = [lines, *_dots(place, "deals", kinds, size=110), words]
    return Chart(rows, {"layer": layers, "height": _ROW * len(order) + _ROOM_BELOW})


def _intervals(place: Spec, channel: str) -> Spec:
    """Return the lines from ``low`` to ``high`` of what is placed along a channel."""
    ends = {channel: {**place[channel], "field": "low"}, f"{channel}2": {"field": "high"}}
    return {
        "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round"},
        "encoding": {**place, **ends},
    }


def _without(encoding: Spec, channel: str) -> Spec:
    return {name: value for name, value in encoding.items() if name != channel}


def _dots(place: Spec, field: str, kinds: list[str], size: int) -> list[Spec]:
    """Return filled circles for the first kind, squares for the second: not colour alone."""
    return [
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": size, "shape": shape},
            "encoding": place,
            "transform": [{"filter": f"datum.{field} === '{kind}'"}],
        }
        for kind, shape in zip(kinds, ("circle", "square"), strict=True)
    ]


def lags(rows: pd.DataFrame, marked: int | None) -> Chart:
    """Return the correlation of a pair at each lag, learned beside held out, with intervals.

    ``rows``: lag, part ('Learned' or 'Held out'), value, low, high, n; ``marked`` is the lag that
    the verdict is about, None where it is about none.
    """
    colours = palette()
    parts = ["Learned", "Held out"]
    ends = [abs(float(rows["low"].min())), abs(float(rows["high"].max())), 0.3]
    span = max(ends) * 1.1
    along: dict[str, Any] = {
        "field": "lag",
        "type": "ordinal",
        "title": "Months from the leading indicator to the result",
        "axis": {"labelAngle": 0},
        "scale": {"domain": list(range(7))},
    }
    up = _quantity(
        "value",
        title="Correlation within reps",
        axis={"format": ".1f", "tickCount": 5},
        scale={"domain": [-span, span], "nice": False},
    )
    tooltip = [
        _quantity("lag", title="Lag, months"),
        _nominal("part", title="Months"),
        _quantity("value", title="Correlation", format=".2f"),
        _quantity("low", title="From", format=".2f"),
        _quantity("high", title="To", format=".2f"),
        _quantity("n", title="n, rep months", format=","),
    ]
    scale = {"domain": parts, "range": [colours.data, colours.muted]}
    place: Spec = {
        "x": along,
        "xOffset": _nominal("part", sort=parts, scale={"paddingOuter": 0.6}),
        "y": up,
        "color": _nominal("part", scale=scale, legend=None),
        "tooltip": tooltip,
    }
    lines = _intervals(place, "y")
    band = {
        "data": {"values": [{"lag": marked}]},
        "mark": {"type": "bar", "color": colours.grid, "opacity": 0.7},
        "encoding": {"x": along, "y": {"datum": -span}, "y2": {"datum": span}},
    }
    layers = [*([band] if marked is not None else []), _zero("y"), lines]
    layers += _dots(place, "part", parts, size=90)
    return Chart(rows, {"layer": layers, "height": 300})
