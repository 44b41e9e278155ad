"""What the page of operations says of sources and runs: facts, and no false alarm."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboards.components import operation_words as said
from dashboards.run_log import DONE, FAILED, Run, Step

DAY = dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC)


def run(status: str = DONE, day: int = 0) -> Run:
    begun = DAY + dt.timedelta(days=day)
    steps = (Step("run", DONE, 61.4), Step("test", status, 3.0))
    return Run("run", f"build-{day}", begun, begun + dt.timedelta(minutes=2), status, "", "", steps)


def sources(*late: tuple[int, int]) -> pd.DataFrame:
    """Return sources by how many of their dated objects are late, and how many have dates."""
    return pd.DataFrame(late, columns=["late_count", "dated_count"])


def test_an_object_at_rest_makes_no_source_late() -> None:
    assert said.headline([run()], sources((1, 8), (0, 3), (0, 0))) == (
        "Each of 2 sources with dates has news of the last month"
    )
    assert said.headline([run()], sources((2, 2), (0, 3))) == (
        "1 of 2 sources has news of the last month"
    )


def test_a_failure_that_goes_on_is_said_first() -> None:
    newest_first = [run(FAILED, 2), run(FAILED, 1), run(DONE, 0)]
    assert said.headline(newest_first, sources((0, 3))) == (
        "Runs have not come through since 3 Nov 2026"
    )


@pytest.mark.parametrize(
    ("late", "dated", "words"),
    [
        (0, 0, "No dates to go by"),
        (0, 4, "Fresh"),
        (1, 4, "1 of 4 objects at rest"),
        (4, 4, "No news for a month"),
    ],
)
def test_a_source_is_told_in_words(late: int, dated: int, words: str) -> None:
    assert said.light(sources((late, dated)).iloc[0])[1] == words


def test_runs_are_counted_as_people_would() -> None:
    assert said.runs_title([run()]) == "The one run so far came through"
    assert said.runs_title([run(), run()]) == "Each of the last 2 runs came through"
    assert said.runs_title([run(FAILED), run()]) == "1 of the last 2 runs did not come through"


def test_a_bar_holds_the_seconds_of_each_step() -> None:
    rows = said.step_rows([run()])
    assert rows["step"].tolist() == ["run", "test"]
    assert rows["text"].tolist() == ["1 min 1 s", "3 s"]


def test_empty_cells_count_from_one_point_on() -> None:
    keys = {"source_system": "crm", "table_name": "t", "row_count": 1000}
    now = pd.DataFrame(
        [{**keys, "column_name": name, "null_count": n} for name, n in (("a", 20), ("b", 5))]
    )
    before = now.assign(null_count=0)
    assert said.null_rows(now, before)["column_name"].tolist() == ["a"]
