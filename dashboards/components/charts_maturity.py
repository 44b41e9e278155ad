"""Charts of the page Maturity & managers: axes seen and said, levels, managers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.components.charts import Chart, Spec, _nominal, _quantity, _words, palette
from dashboards.components.maturity_words import LEVELS, ROLES, SEEN

_SHAPES = dict(zip((SEEN, *ROLES.values()), ("circle", "square", "diamond", "cross"), strict=True))
_PERCENT = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}


def axes(rows: pd.DataFrame) -> Chart:
    """Return the seven axes: a dot for what is seen, other shapes for what is said.

    A line joins them, a tick stands where the gate is. ``rows``: axis, kind, value, n, text, asked.
    """
    colours = palette()
    order = list(dict.fromkeys(rows["axis"]))
    kinds = [kind for kind in (SEEN, *ROLES.values()) if kind in set(rows["kind"])]
    down = _nominal("axis", sort=order, title=None, axis={"labelFontSize": 13, "labelLimit": 200})
    across = _quantity(
        "value", title=None, axis=_PERCENT, scale={"domain": [-0.03, 1.06], "nice": False}
    )
    spans = {
        "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.5, "color": colours.quiet},
        "encoding": {
            "y": down,
            "x": {"aggregate": "min", **across},
            "x2": {"aggregate": "max", "field": "value"},
        },
    }
    gates = {
        "mark": {"type": "tick", "thickness": 2, "size": 26, "color": colours.muted},
        "encoding": {
            "y": down,
            "x": {**across, "field": "asked"},
            "tooltip": [
                _nominal("axis", title="Axis"),
                _quantity("asked", title="Gate", format=".0%"),
            ],
        },
        "transform": [{"filter": f"datum.kind === '{SEEN}' && datum.asked !== null"}],
    }
    hues = {SEEN: colours.data}
    colour = _nominal(
        "kind",
        sort=kinds,
        scale={"domain": kinds, "range": [hues.get(kind, colours.muted) for kind in kinds]},
        legend={"title": None, "symbolOpacity": 1},
    )
    dots = {
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 130},
        "encoding": {
            "y": down,
            "x": across,
            "color": colour,
            "shape": _nominal(
                "kind",
                sort=kinds,
                scale={"domain": kinds, "range": [_SHAPES[kind] for kind in kinds]},
                legend={"title": None, "symbolOpacity": 1},
            ),
            "tooltip": [
                _nominal("axis", title="Axis"),
                _nominal("kind", title="Who"),
                _nominal("text", title="Value"),
                _quantity("n", title="Answers"),
            ],
        },
        "transform": [{"filter": "datum.value !== null"}],
    }
    words = {
        "mark": _words(dy=-13, color=colours.text),
        "encoding": {"y": down, "x": across, "text": _nominal("text")},
        "transform": [{"filter": f"datum.kind === '{SEEN}' && datum.value !== null"}],
    }
    absent = {
        "mark": _words(align="left", dx=4, color=colours.muted),
        "encoding": {"y": down, "x": {"value": 14}, "text": _nominal("text")},
        "transform": [{"filter": f"datum.kind === '{SEEN}' && datum.value === null"}],
    }
    layers = [spans, gates, dots, words, absent]
    return Chart(rows, {"layer": layers, "height": 46 * len(order) + 60})


def levels(rows: pd.DataFrame) -> Chart:
    """Return a bar per level; the own one in blue. ``rows``: level, share, text, is_own."""
    colours = palette()
    ink = {"condition": {"test": "datum.is_own", "value": colours.data}, "value": colours.quiet}
    layers = _told_bars("level", LEVELS[::-1], "share", 1.15, ink, ("Level", "Share"))
    return Chart(rows, {"layer": layers, "height": 150})


def _told_bars(
    name: str, order: list[Any], value: str, room: float, ink: Spec, titles: tuple[str, str]
) -> list[Spec]:
    """Return bars with their ``text`` at the ends, and what a pointer is told of name and text."""
    place: Spec = {
        "y": _nominal(name, sort=order, title=None, axis={"labelFontSize": 13}),
        "x": _quantity(value, title=None, axis=None, scale={"domain": [0, room]}),
    }
    told = [_nominal(name, title=titles[0]), _nominal("text", title=titles[1])]
    return [
        {
            "mark": {"type": "bar", "cornerRadius": 2},
            "encoding": {**place, "color": ink, "tooltip": told},
        },
        {
            "mark": _words(align="left", dx=6, color=palette().text),
            "encoding": {**place, "text": _nominal("text")},
        },
    ]


def chances(rows: pd.DataFrame) -> Chart:
    """Return a bar of one per manager, parted by the chance of each level.

    ``rows``: name, level, share, text, order; managers in the order to be drawn.
    """
    colours = palette()
    names = list(dict.fromkeys(rows["name"]))
    encoding: Spec = {
        "y": _nominal("name", sort=names, title=None, axis={"labelLimit": 220}),
        "x": _quantity("share", title="Chance of each level", axis=_PERCENT, stack="zero"),
        "color": {
            "field": "level",
            "type": "ordinal",
            "sort": LEVELS,
            "scale": {"domain": LEVELS, "range": list(colours.steps)},
            "legend": {"title": None, "symbolType": "square"},
        },
        "order": _quantity("order"),
        "tooltip": [
            _nominal("name", title="Manager"),
            _nominal("level", title="Level"),
            _nominal("text", title="Chance"),
        ],
    }
    mark = {"type": "bar", "stroke": colours.grid, "strokeWidth": 0.5}
    return Chart(rows, {"mark": mark, "encoding": encoding, "height": 22 * len(names) + 70})


def spans(rows: pd.DataFrame) -> Chart:
    """Return how many managers lead how many reps; more than eight in grey with a word."""
    colours = palette()
    order, room = rows["reps"].tolist(), float(rows["managers"].max() * 1.25)
    ink = {"condition": {"test": "datum.is_over", "value": colours.muted}, "value": colours.data}
    layers = _told_bars("reps", order, "managers", room, ink, ("Span", "Managers"))
    return Chart(rows, {"layer": layers, "height": 28 * len(order) + 20})


def rates(rows: pd.DataFrame) -> Chart:
    """Return a dot per manager with its interval. ``rows``: name, value, low, high, n, text."""
    colours = palette()
    order = rows["name"].tolist()
    down = _nominal("name", sort=order, title=None, axis={"labelLimit": 220})
    across = _quantity("value", title=None, axis=_PERCENT, scale={"domain": [0, 1]})
    spans = {
        "mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.45, "color": colours.data},
        "encoding": {"y": down, "x": {**across, "field": "low"}, "x2": {"field": "high"}},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 80, "color": colours.data},
        "encoding": {
            "y": down,
            "x": across,
            "tooltip": [_nominal("name", title="Manager"), _nominal("text", title="Share · n")],
        },
    }
    words = {
        "mark": _words(align="left", dx=8, color=colours.text),
        "encoding": {"x": {"value": "width"}, "y": down, "text": _nominal("text")},
    }
    return Chart(rows, {"layer": [spans, dots, words], "height": 22 * len(order) + 40})


def time(rows: pd.DataFrame) -> Chart:
    """Return the share of working time per manager: strict sessions, then other logged ones.

    ``rows``: name, part, share, n, text, order.
    """
    colours = palette()
    names = list(dict.fromkeys(rows["name"]))
    parts = ["Strict", "Other logged"]
    encoding: Spec = {
        "y": _nominal("name", sort=names, title=None, axis={"labelLimit": 220}),
        "x": _quantity(
            "share",
            title="Share of working time",
            axis={"format": ".0%", "tickCount": 6},
            stack="zero",
        ),
        "color": _nominal(
            "part",
            sort=parts,
            scale={"domain": parts, "range": [colours.data, colours.quiet]},
            legend={"title": None},
        ),
        "order": _quantity("order"),
        "tooltip": [
            _nominal("name", title="Manager"),
            _nominal("part", title="Sessions"),
            _nominal("text", title="Share"),
            _quantity("n", title="Working days"),
        ],
    }
    return Chart(
        rows, {"mark": {"type": "bar"}, "encoding": encoding, "height": 22 * len(names) + 70}
    )
