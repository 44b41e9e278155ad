"""What the page on operations says, from rows of queries and from what runs left behind."""

from __future__ import annotations

import pandas as pd

from dashboards.components.words import NO_VALUE, count_of, day, number, plain, spoken
from dashboards.run_log import Run, failing_since

DRIFT_POINTS = 1.0


def length(seconds: float | None) -> str:
    """Return 3 min 23 s."""
    if seconds is None:
        return NO_VALUE
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"


def headline(runs: list[Run], sources: pd.DataFrame) -> str:
    """Return first what fails, else how many sources have news."""
    broken = failing_since(runs)
    if broken is not None:
        return f"Runs have not come through since {day(broken.started_at)}"
    # A list of roles or accounts changes rarely: one object at rest makes no source late.
    dated = sources[sources["dated_count"] > 0]
    silent = int((dated["late_count"] == dated["dated_count"]).sum())
    of_all = count_of(len(dated), "source")
    if silent:
        fresh = len(dated) - silent
        have = "has" if fresh == 1 else "have"
        return f"{number(fresh)} of {of_all} {have} news of the last month"
    return f"Each of {of_all} with dates has news of the last month"


def light(source: pd.Series) -> tuple[str, str]:
    """Return icon and words of a source in the strip: never a colour alone."""
    late, dated = int(source["late_count"]), int(source["dated_count"])
    if not dated:
        return ":material/help:", "No dates to go by"
    if not late:
        return ":material/check_circle:", "Fresh"
    if late < dated:
        return ":material/schedule:", f"{number(late)} of {number(dated)} objects at rest"
    return ":material/schedule:", "No news for a month"


def runs_title(runs: list[Run]) -> str:
    """Return how many of the runs came through."""
    bad = sum(not run.is_good for run in runs)
    if len(runs) == 1:
        return (
            "The one run so far did not come through" if bad else "The one run so far came through"
        )
    if not bad:
        return f"Each of the last {number(len(runs))} runs came through"
    return f"{number(bad)} of the last {number(len(runs))} runs did not come through"


def run_rows(runs: list[Run]) -> pd.DataFrame:
    """Return a line per run for the table and the file."""
    return pd.DataFrame(
        [
            {
                "started_at": run.started_at,
                "command": run.verb,
                "state": f"{'✓' if run.is_good else '✕'} {spoken(run.status)}",
                "ended_in": run.ended_in,
                "reason": run.reason,
                "verdict": run.verdict,
                "duration": length(run.seconds),
                "build_id": run.build_id,
            }
            for run in runs
        ]
    )


def step_rows(runs: list[Run]) -> pd.DataFrame:
    """Return a bar per step of the newest ten runs: run, step, seconds, text."""
    return pd.DataFrame(
        [
            {
                "run": f"{run.started_at:%d %b %H:%M:%S}",
                "step": step.name,
                "seconds": step.seconds,
                "text": length(step.seconds),
            }
            for run in runs[:10]
            for step in run.steps
            if step.seconds is not None
        ],
        columns=["run", "step", "seconds", "text"],
    )


def model_rows(times: list[tuple[str, str, float]]) -> pd.DataFrame:
    """Return the models with their seconds and their share of the seconds of all models."""
    total = sum(seconds for _, _, seconds in times) or 1.0
    return pd.DataFrame(
        [
            {"model": name, "layer": layer, "seconds": seconds, "share": seconds / total}
            for name, layer, seconds in times
        ],
        columns=["model", "layer", "seconds", "share"],
    )


def volume_rows(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return rows now and before per object, the largest change first."""
    keys = ["source_system", "object"]
    both = now.merge(before, on=keys, how="outer", suffixes=("", "_before")).fillna(
        {"row_count": 0, "row_count_before": 0}
    )
    both["change"] = both["row_count"] - both["row_count_before"]
    return both.sort_values("change", key=abs, ascending=False)


def null_rows(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the columns whose share of empty cells moved by a point or more, largest first."""
    keys = ["source_system", "table_name", "column_name"]
    both = now.merge(before, on=keys, suffixes=("", "_before"))
    both["null_share"] = both["null_count"] / both["row_count"]
    both["null_share_before"] = both["null_count_before"] / both["row_count_before"]
    both["points"] = (both["null_share"] - both["null_share_before"]) * 100
    moved = both[both["points"].abs() >= DRIFT_POINTS]
    wanted = [*keys, "null_share", "null_share_before", "points", "row_count"]
    return moved.sort_values("points", key=abs, ascending=False)[wanted]


def source_name(system: object) -> str:
    """Return how a source system is called on the page."""
    return plain(spoken(system))
