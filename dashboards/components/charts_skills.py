"""Charts of the page Skills & training: gaps in cells, curves of closing, what is kept."""

from __future__ import annotations

import pandas as pd

from dashboards.components.charts import (
    Chart,
    Palette,
    Spec,
    _nominal,
    _quantity,
    _words,
    palette,
)
from dashboards.components.skill_words import OPEN_ALL, UNTIL_COACHED, WITH, WITHOUT

# From which share of the scale on words need the other ink to be read on a cell.
_TURN_LIGHT, _TURN_DARK = 0.76, 0.5
_INK_LIGHT, _INK_DARK = "#FFFFFF", "#0D151C"


def _ink(colours: Palette, top: float) -> Spec:
    """Return the colour of the words in a cell: muted on no ground, else what can be read."""
    is_light = colours.text == _INK_DARK
    turn = (_TURN_LIGHT if is_light else _TURN_DARK) * top
    return {
        "condition": [
            {"test": "datum.is_small || datum.gap === null", "value": colours.muted},
            {"test": f"datum.gap >= {turn}", "value": _INK_LIGHT if is_light else _INK_DARK},
        ],
        "value": colours.text,
    }


def gaps(rows: pd.DataFrame, top: float, title: str, axis: str) -> Chart:
    """Return part × skill: darker with a wider gap, the gap and n in the cell.

    ``rows``: part, skill, gap, n, text, is_small, in order of the parts; ``top`` is the darkest.
    """
    colours = palette()
    order = list(dict.fromkeys(rows["part"]))
    place: Spec = {
        "x": _nominal(
            "skill",
            title=None,
            axis={
                "orient": "top",
                "labelAngle": 0,
                "labelExpr": "split(datum.label, ' ')",
                "labelPadding": 20,
            },
            scale={"paddingInner": 0.04},
        ),
        "y": _nominal(
            "part", sort=order, title=None, axis={"labelLimit": 230}, scale={"paddingInner": 0.1}
        ),
    }
    fill = _quantity(
        "gap",
        scale={"domain": [0, top], "range": list(colours.steps), "clamp": True},
        legend={"title": title, "format": axis, "titleOrient": "left", "gradientLength": 180},
    )
    tooltip = [
        _nominal("part", title="Who"),
        _nominal("skill", title="Skill"),
        _nominal("text", title="Gap · n"),
    ]
    judged = {
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {**place, "color": fill, "tooltip": tooltip},
        "transform": [{"filter": "!datum.is_small && datum.gap !== null"}],
    }
    outlined = {
        "mark": {"type": "rect", "cornerRadius": 2, "filled": False, "stroke": colours.grid},
        "encoding": {**place, "tooltip": tooltip},
        "transform": [{"filter": "datum.is_small || datum.gap === null"}],
    }
    words = {
        "mark": _words(align="center"),
        "encoding": {**place, "text": _nominal("text"), "color": _ink(colours, top)},
    }
    height = 27 * len(order) + 80
    return Chart(rows, {"layer": [judged, outlined, words], "height": height})


def closing(rows: pd.DataFrame) -> Chart:
    """Return the curves of closing with their band: all gaps solid, until coached dashed.

    ``rows``: series, day, closed, low, high, at_risk, text, is_last.
    """
    colours = palette()
    kinds = [OPEN_ALL, UNTIL_COACHED]
    across = _quantity(
        "day",
        title="Days since the gap opened",
        axis={"values": [0, 90, 180, 270, 365]},
        scale={"domain": [0, max(int(rows["day"].max()), 90) + 5], "nice": False},
    )
    up = {
        "axis": {"format": ".0%", "tickCount": 5},
        "scale": {"domain": [0, max(float(rows["high"].max()), 0.1)]},
        "title": "Closed",
    }
    key = {"title": None, "symbolType": "stroke", "symbolOpacity": 1, "symbolSize": 300}
    colour = _nominal(
        "series", scale={"domain": kinds, "range": [colours.data, colours.muted]}, legend=key
    )
    band = {
        "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.16},
        "encoding": {
            "x": across,
            "y": _quantity("low", **up),
            "y2": {"field": "high"},
            "color": colour,
        },
        "transform": [{"filter": f"datum.series === '{OPEN_ALL}'"}],
    }
    lines = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": across,
            "y": _quantity("closed", **up),
            "color": colour,
            "strokeDash": _nominal(
                "series", scale={"domain": kinds, "range": [[1, 0], [5, 4]]}, legend=key
            ),
        },
    }
    spots = {
        "mark": {"type": "point", "size": 120, "opacity": 0, "filled": True},
        "encoding": {
            "x": across,
            "y": _quantity("closed", **up),
            "tooltip": [
                _nominal("series", title="Gaps"),
                _quantity("day", title="Days"),
                _quantity("closed", title="Closed", format=".1%"),
                _quantity("low", title="From", format=".1%"),
                _quantity("high", title="To", format=".1%"),
                _quantity("at_risk", title="Still watched"),
            ],
        },
    }
    return Chart(rows, {"layer": [band, lines, spots], "height": 260})


def kept(rows: pd.DataFrame) -> Chart:
    """Return what is left of the score by day: filled circles with, hollow squares without.

    ``rows``: series, day, kept, low, high, top, bottom, n, text, is_small.
    """
    colours = palette()
    kinds = [WITH, WITHOUT]
    drawn = rows.assign(place=rows["day"] + rows["series"].map({WITH: -0.8, WITHOUT: 0.8}))
    lowest, highest = float(rows["bottom"].min()), float(rows["top"].max())
    up: Spec = {
        "title": "Left of the first score",
        "axis": {"format": ".0%", "tickCount": 5},
        "scale": {"domain": [max(0.0, lowest - 0.08), min(highest + 0.08, 2.0)], "zero": False},
    }
    across = _quantity(
        "place",
        title="Days after the training",
        axis={"values": [30, 60, 90]},
        scale={"domain": [20, 100], "nice": False},
    )
    colour = {
        "condition": {"test": "datum.is_small", "value": colours.quiet},
        **_nominal(
            "series",
            scale={"domain": kinds, "range": [colours.data, colours.muted]},
            legend={"title": None},
        ),
    }
    place: Spec = {"x": across, "y": _quantity("kept", **up), "color": colour}
    lines = {"mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.6}, "encoding": place}
    spans = {
        "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round"},
        "encoding": {**place, "y": _quantity("low", **up), "y2": {"field": "high"}},
        "transform": [{"filter": "datum.low !== null"}],
    }
    dots = {
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 90},
        "encoding": {
            **place,
            "shape": _nominal(
                "series", scale={"domain": kinds, "range": ["circle", "square"]}, legend=None
            ),
            "tooltip": [
                _nominal("series", title="Trainings"),
                _quantity("day", title="Day"),
                _quantity("kept", title="Left", format=".1%"),
                _quantity("low", title="From", format=".1%"),
                _quantity("high", title="To", format=".1%"),
                _quantity("n", title="Trainings tested"),
            ],
        },
    }

    def beside(is_upper: str, end: str, away: int) -> Spec:
        return {
            "mark": _words(align="center", dy=away, color=colours.text),
            "encoding": {"x": across, "y": _quantity(end, **up), "text": _nominal("text")},
            "transform": [{"filter": f"datum.is_upper === {is_upper}"}],
        }

    layers = [lines, spans, dots, beside("true", "top", -14), beside("false", "bottom", 14)]
    return Chart(drawn, {"layer": layers, "height": 260})
