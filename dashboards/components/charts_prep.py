"""The chart of the page 1:1 prep: one rep beside the middle half of the others."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.charts import Chart, Spec, _nominal, _quantity, _words, palette
from dashboards.components.prep_words import Standing

_RUST = {"light": "#B5471B", "dark": "#F0946A"}  # beside blue also for who sees no red or green


def standing(rows: pd.DataFrame) -> Chart:
    """Return a row per measure: a band for the middle half of the others, a mark for the rep.

    ``rows`` as ``prep_words.standing_rows`` gives them.
    """
    colours = palette()
    rust = _RUST["dark" if st.context.theme.type == "dark" else "light"]
    order = rows["measure"].tolist()
    down = _nominal(
        "measure", sort=order, title=None, axis={"labelLimit": 230, "labelFontSize": 13}
    )
    across: Spec = {
        "title": None,
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
        "scale": {"domain": [-0.03, 1.03], "nice": False},
    }
    tooltip = [
        _nominal("measure", title="Measure"),
        _nominal("text", title="Value"),
        _nominal("period", title="Period"),
        _nominal("standing", title="Standing"),
        _quantity("others", title="Others compared"),
        _quantity("others_low", title="Middle half from", format=".0%"),
        _quantity("others_high", title="to", format=".0%"),
    ]
    band = {
        "mark": {"type": "bar", "height": 16, "color": colours.quiet, "opacity": 0.55},
        "encoding": {
            "y": down,
            "x": _quantity("others_low", **across),
            "x2": {"field": "others_high"},
            "tooltip": tooltip,
        },
    }
    median = {
        "mark": {"type": "tick", "size": 18, "thickness": 2, "color": colours.muted},
        "encoding": {"y": down, "x": _quantity("others_median", **across)},
    }
    kinds = [kind.value for kind in Standing]
    ink = _nominal(
        "standing",
        scale={"domain": kinds, "range": [rust, colours.text, colours.data, colours.muted]},
        legend={"title": None, "symbolOpacity": 1},
    )
    interval = {
        "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.6},
        "encoding": {
            "y": down,
            "x": _quantity("low", **across),
            "x2": {"field": "high"},
            "color": ink,
        },
    }
    marks = {
        "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
        "encoding": {
            "y": down,
            "x": _quantity("value", **across),
            "color": ink,
            "shape": _nominal(
                "standing",
                scale={
                    "domain": kinds,
                    "range": ["triangle-down", "circle", "triangle-up", "cross"],
                },
                legend={"title": None},
            ),
            "tooltip": tooltip,
        },
    }
    words = {
        "mark": _words(align="left", dx=10, color=colours.text),
        "encoding": {"x": {"value": "width"}, "y": down, "text": _nominal("text")},
    }
    layers = [band, median, interval, marks, words]
    return Chart(rows, {"layer": layers, "height": 30 * len(order) + 30})
