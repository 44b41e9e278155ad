"""The charts of the page on results; a quarter that still runs stands apart, hollow."""

from __future__ import annotations

import pandas as pd

from dashboards.components.charts import Chart, Spec, _nominal, _quantity, _words, palette
from dashboards.components.result_words import RUNNING, UNSURE

_APART = "\u00a0"  # an empty place between whole quarters and the one that runs
# 'FY2027', 'Q3' and 'to date', one below the other.
_LINES = "split(replace(datum.label, 'to date', 'to\u00a0date'), ' ')"
_SHAPES = ("circle", "square", "triangle-up")


def _order(rows: pd.DataFrame) -> list[str]:
    """Return the quarters along the axis, the running one behind an empty place."""
    order = list(dict.fromkeys(rows["quarter"]))
    running = set(rows[rows["state"] == RUNNING]["quarter"])
    whole = [quarter for quarter in order if quarter not in running]
    late = [quarter for quarter in order if quarter in running]
    return [*whole, _APART, *late] if whole and late else order


def _along(order: list[str]) -> Spec:
    return _nominal(
        "quarter",
        title=None,
        axis={"labelAngle": 0, "labelExpr": _LINES, "labelLimit": 120, "labelLineHeight": 15},
        scale={"domain": order, "paddingInner": 0.35, "paddingOuter": 0.15},
    )


def attainment(rows: pd.DataFrame, currency: str) -> Chart:
    """Return a column of the amount won per quarter, and the quota as a line across it.

    ``rows``: quarter, state, won, quota, text, basis, n.
    """
    colours = palette()
    order = _order(rows)
    drawn = rows.assign(top=rows[["won", "quota"]].max(axis=1))
    top = float(drawn["top"].max() or 1) * 1.15
    up: Spec = {
        "title": currency,
        "axis": {"format": "~s", "tickCount": 4},
        "scale": {"domain": [0, top], "nice": False},
    }
    tooltip = [
        _nominal("quarter", title="Quarter"),
        _nominal("text", title="Attainment"),
        _nominal("basis", title="Won, of quota"),
        _quantity("n", title="Won deals", format=","),
    ]
    place: Spec = {"x": _along(order), "y": _quantity("won", **up), "tooltip": tooltip}
    whole = {
        "mark": {"type": "bar", "cornerRadiusTopLeft": 2, "cornerRadiusTopRight": 2},
        "encoding": {**place, "color": _ink(colours.data)},
        "transform": [{"filter": f"datum.state !== '{RUNNING}'"}],
    }
    running = {
        "mark": {
            "type": "bar",
            "fillOpacity": 0.08,
            "fill": colours.data,
            "stroke": colours.data,
            "strokeWidth": 1.5,
            "strokeDash": [4, 3],
        },
        "encoding": place,
        "transform": [{"filter": f"datum.state === '{RUNNING}'"}],
    }
    quota = {
        "mark": {
            "type": "bar",
            "width": {"band": 1.1},
            "stroke": colours.text,
            "strokeWidth": 3,
            "fillOpacity": 0,
        },
        "encoding": {
            "x": _along(order),
            "y": _quantity("quota", **up),
            "y2": {"field": "quota"},
            "tooltip": tooltip,
        },
    }
    words = {
        "mark": _words(baseline="bottom", dy=-7, fontSize=13, color=colours.text),
        "encoding": {"x": _along(order), "y": _quantity("top", **up), "text": _nominal("text")},
    }
    return Chart(drawn, {"layer": [whole, running, quota, words], "height": 300})


def _ink(colour: str) -> Spec:
    return {
        "condition": {"test": f"datum.state === '{UNSURE}'", "value": palette().quiet},
        "value": colour,
    }


def quarters(
    rows: pd.DataFrame, kinds: list[str], *, title: str, axis: Spec, domain: list[float]
) -> Chart:
    """Return a dot with its interval per quarter and kind: one colour and one shape each.

    ``rows``: quarter, kind, state, value, low, high, n, text. Hollow runs still, grey is unsure.
    """
    colours = palette()
    order = _order(rows)
    inks = [colours.data, colours.muted, colours.steps[3]][: len(kinds)]
    up: Spec = {
        "title": title,
        "axis": {"tickCount": 5, **axis},
        "scale": {"domain": domain, "nice": False, "zero": False},
    }
    place: Spec = {
        "x": _along(order),
        "xOffset": _nominal("kind", sort=kinds, scale={"domain": kinds, "paddingOuter": 0.5}),
        "color": {
            "condition": {"test": f"datum.state === '{UNSURE}'", "value": colours.quiet},
            **_nominal("kind", scale={"domain": kinds, "range": inks}, legend=None),
        },
        "tooltip": [
            _nominal("quarter", title="Quarter"),
            _nominal("kind", title="Figure"),
            _nominal("text", title="Value"),
            _quantity("n", title="n", format=","),
        ],
    }
    spans = {
        "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round", "opacity": 0.55},
        "encoding": {**place, "y": _quantity("low", **up), "y2": {"field": "high"}},
    }
    dots: list[Spec] = [
        {
            "mark": _dot(shape, filled),
            "encoding": {**place, "y": _quantity("value", **up)},
            "transform": [{"filter": f"datum.kind === '{kind}' && datum.state {test}"}],
        }
        for kind, shape in zip(kinds, _SHAPES, strict=False)
        for filled, test in ((True, f"!== '{RUNNING}'"), (False, f"=== '{RUNNING}'"))
    ]
    words = {
        "mark": _words(baseline="bottom", dy=-6, color=colours.text),
        "encoding": {
            **{channel: place[channel] for channel in ("x", "xOffset")},
            "y": _quantity("high", **up),
            "text": _nominal("text"),
        },
    }
    zero: list[Spec] = [_zero()] if domain[0] < 0 < domain[1] else []
    return Chart(rows, {"layer": [*zero, spans, *dots, words], "height": 260})


def _dot(shape: str, filled: bool) -> Spec:
    look: Spec = {"type": "point", "size": 95, "shape": shape, "opacity": 1, "filled": filled}
    return look if filled else {**look, "strokeWidth": 2}


def _zero() -> Spec:
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": palette().muted, "strokeWidth": 1},
        "encoding": {"y": _quantity("zero")},
    }


def ramp(rows: pd.DataFrame) -> Chart:
    """Return a stepped curve per cohort: the newest in blue, earlier ones in grey.

    ``rows``: cohort, months, share, watched, is_newest, end.
    """
    colours = palette()
    last = max(int(rows["months"].max()), 6)
    along = _quantity(
        "months",
        title="Full months since the hire",
        axis={"tickMinStep": 1, "tickCount": min(last, 12), "grid": False},
        scale={"domain": [0, last * 1.3], "nice": False},
    )
    up = _quantity(
        "share",
        title="Came up to speed",
        axis={"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
        scale={"domain": [0, 1.05], "nice": False},
    )
    colour = {
        "condition": {"test": "datum.is_newest", "value": colours.data},
        "value": colours.muted,
    }
    lines = {
        "mark": {"type": "line", "interpolate": "step-after"},
        "encoding": {
            "x": along,
            "y": up,
            "detail": _nominal("cohort"),
            "color": colour,
            "strokeWidth": {"condition": {"test": "datum.is_newest", "value": 3}, "value": 1.5},
            "order": _quantity("months"),
        },
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1},
        "encoding": {
            "x": along,
            "y": up,
            "color": colour,
            "tooltip": [
                _nominal("cohort", title="Cohort"),
                _quantity("months", title="Months"),
                _quantity("share", title="Up to speed", format=".0%"),
                _quantity("watched", title="Still watched before", format=","),
            ],
        },
    }
    # The newest curve ends first, amid the others: its words stand below its end.
    ends = [
        {
            "mark": _words(align="left", dx=7, dy=down, color=colours.text, fontWeight=weight),
            "encoding": {"x": along, "y": up, "text": _nominal("end")},
            "transform": [{"filter": f"datum.end !== '' && {test}datum.is_newest"}],
        }
        for test, down, weight in (("", 26, "bold"), ("!", 0, "normal"))
    ]
    half = {
        "data": {"values": [{"half": 0.5}]},
        "mark": {"type": "rule", "color": colours.muted, "strokeDash": [4, 4], "opacity": 0.8},
        "encoding": {"y": _quantity("half")},
    }
    return Chart(rows, {"layer": [half, lines, dots, *ends], "height": 280})


def parts(rows: pd.DataFrame) -> Chart:
    """Return a bar per part of the organisation beside a line at its whole quota.

    ``rows``: part, value, text, n.
    """
    colours = palette()
    order = rows["part"].tolist()
    top = max(float(rows["value"].max() or 1), 1.0)
    across: Spec = {
        "title": None,
        "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3]},
        "scale": {"domain": [0, top * 1.03], "nice": False},
    }
    down = _nominal("part", sort=order, title=None, axis={"labelFontSize": 13, "labelLimit": 260})
    tooltip = [_nominal("part", title="Part"), _nominal("text", title="Attainment")]
    bars = {
        "mark": {"type": "bar", "cornerRadius": 2, "color": colours.data},
        "encoding": {"y": down, "x": _quantity("value", **across), "tooltip": tooltip},
    }
    words = {
        "mark": _words(align="left", dx=10, color=colours.text),
        "encoding": {"y": down, "x": {"value": "width"}, "text": _nominal("text")},
    }
    whole = {
        "data": {"values": [{"whole": 1}]},
        "mark": {"type": "rule", "color": colours.text, "strokeWidth": 1.5},
        "encoding": {"x": _quantity("whole", **across)},
    }
    height = 27 * max(len(order), 1) + 40
    # The browser itself makes room for the words at the right.
    return Chart(rows, {"layer": [bars, whole, words], "height": height})
