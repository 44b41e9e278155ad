"""The chart of the page on operations: how long each step of a run took."""

from __future__ import annotations

import pandas as pd

from dashboards.components.charts import Chart, _nominal, _quantity, palette
from dashboards.run_log import STEPS


def steps(rows: pd.DataFrame) -> Chart:
    """Return a bar per run, its steps one behind the other; ``rows``: run, step, seconds, text."""
    colours = palette()
    inks = [colours.data, colours.steps[1], colours.muted, colours.quiet]
    order = list(dict.fromkeys(rows["run"]))
    drawn = rows.assign(place=[STEPS.index(step) for step in rows["step"]])
    encoding = {
        "y": _nominal("run", sort=order, title=None),
        "x": _quantity("seconds", title="Seconds", axis={"tickCount": 5}),
        "color": _nominal(
            "step", scale={"domain": list(STEPS), "range": inks}, legend={"title": None}
        ),
        "order": _quantity("place"),
        "tooltip": [_nominal("step", title="Step"), _nominal("text", title="Took")],
    }
    mark = {"type": "bar", "cornerRadius": 2}
    return Chart(drawn, {"mark": mark, "encoding": encoding, "height": 30 * len(order) + 120})
