"""How figures are written, how sentences are computed, and what leaves as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pandas as pd
import pytest

from dashboards.components import sentences, sources
from dashboards.components.export import safe_cell, to_csv
from dashboards.components.figures import Figure, Unit, figures, written
from dashboards.components.frame import through_words, warning_words
from dashboards.components.registry import Definition
from dashboards.components.words import count_of, day, deal_name, listed, money, percent, plain
from dashboards.published import Build
from dashboards.queries.base import Measure, Period

QUARTER = Period(
    "fiscal_quarter", dt.date(2026, 8, 1), dt.date(2026, 10, 31), "FY2027 Q3", is_complete=False
)


def definition(unit: str = "rate", direction: str = "higher") -> Definition:
    return Definition(
        indicator_id="XX-01",
        measure_id="share",
        name="Name",
        measure_name="Measure",
        definition="What it says.",
        formula="a / b",
        timing="leading",
        unit=unit,
        direction=direction,
        minimum_n="5",
        minimum_n_of="deals",
        interval_method="wilson",
        required_fields="",
        owner="owner",
        version="1",
        valid_from="2026-01-01",
        article="000",
    )


def series(*rows: tuple[str, float | None, int, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "indicator_id": "XX-01",
                "measure_id": "share",
                "period_start": pd.Timestamp(start),
                "period_label": f"P{start}",
                "is_complete": True,
                "day_count": 92,
                "value": value,
                "value_low": None if value is None else value - 0.1,
                "value_high": None if value is None else value + 0.1,
                "observation_count": n,
                "reason_code": reason,
            }
            for start, value, n, reason in rows
        ]
    )


def only(rows: pd.DataFrame, **changes: str) -> Figure:
    measure = Measure("XX-01", "share", changes.pop("currency", "none"))
    shown = figures(
        rows,
        [measure],
        [definition(**changes)],
        {"no_quota": "No quota covers this period."},
        QUARTER,
        dt.date(2026, 8, 31),
    )
    return shown[measure]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "USD 0"),
        (999.4, "USD 999"),
        (999.6, "USD 1k"),
        (12_340, "USD 12.3k"),
        (999_700, "USD 1M"),
        (1_234_000, "USD 1.2M"),
        (250_000_000, "USD 250M"),
        (2_500_000_000, "USD 2.5B"),
        (-12_340, "USD −12.3k"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_money_is_short_and_names_its_currency(amount: float | None, text: str) -> None:
    assert money(amount, "USD") == text


def test_small_words() -> None:
    assert count_of(1, "deal") == "1 deal"
    assert count_of(1200, "deal") == "1,200 deals"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
    assert percent(0.456) == "46%"
    assert day("2026-09-30T10:00:00+00:00") == "30 Sep 2026"
    assert day(None) == "–"


def test_names_from_the_data_are_shown_as_they_are() -> None:
    assert plain("A*b* [x](http://y) :red[z]") == r"A\*b\* \[x\](http\://y) \:red\[z\]"
    assert plain(None) == ""


@pytest.mark.parametrize("nothing", [None, float("nan"), " "])
def test_a_deal_without_a_name_is_called_by_its_id(nothing: object) -> None:
    assert deal_name(nothing, "tabular:D014") == "Deal D014"
    assert deal_name(nothing, "0061x") == "Deal 0061x"
    assert deal_name("Amber Ridge", "tabular:D014") == "Amber Ridge"


def test_the_foot_names_the_day_looked_at_where_data_reach_beyond_it() -> None:
    build = Build("b1", "b1/marts.duckdb", "", "2026-09-30", "2026-09-30", "passed", "Acme")
    assert through_words(build) == "Data through **30 Sep 2026**"
    earlier = replace(build, as_of="2026-09-15")
    assert through_words(earlier) == (
        "Data through **30 Sep 2026**, looked at as of **15 Sep 2026**"
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\u00a0=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_the_download_is_harmless_in_headers_and_cells() -> None:
    rows = pd.DataFrame({"=head": ["=cmd()", "fine"], "row": [-1, 2], "none": [None, "@x"]})
    content = to_csv(rows)
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert read == [["'=head", "row", "none"], ["'=cmd()", "-1", ""], ["fine", "2", "'@x"]]


def test_written_uses_the_unit() -> None:
    assert written(0.0432, Unit.RATE) == "4.3%"
    assert written(0.5, Unit.RATE) == "50%"
    assert written(41.5, Unit.DAYS) == "42 days"
    assert written(1.0, Unit.DAYS) == "1 day"
    assert written(1.25, Unit.HOURS) == "1.2 h"
    assert written(None, Unit.RATE) == "–"


def test_a_figure_says_n_interval_and_change() -> None:
    shown = only(series(("2026-05-01", 0.3, 100, None), ("2026-08-01", 0.5, 40, None)))
    assert shown.text == "50%"
    assert shown.basis() == "n = 40 deals, 95% interval 40–60%"
    assert (shown.change_text, shown.is_better) == ("+20.0 pts", True)


def test_a_change_inside_the_interval_is_called_neither_better_nor_worse() -> None:
    shown = only(series(("2026-05-01", 0.45, 100, None), ("2026-08-01", 0.5, 40, None)))
    assert (shown.is_better, shown.comparison) == (None, "within the margin")


def test_a_lower_figure_can_be_the_better_one() -> None:
    rows = series(("2026-05-01", 0.3, 100, None), ("2026-08-01", 0.5, 40, None))
    assert only(rows, direction="lower").comparison == "worse"
    assert only(rows, direction="context").comparison == ""


def test_a_small_n_is_named_and_not_compared() -> None:
    shown = only(series(("2026-05-01", 0.4, 100, None), ("2026-08-01", 0.5, 3, "small_n")))
    assert shown.is_small
    assert shown.change is None
    assert shown.basis() == "n = 3 deals, too few to judge"


def test_nothing_is_compared_with_a_small_n() -> None:
    shown = only(series(("2026-05-01", 0.4, 3, "small_n"), ("2026-08-01", 0.5, 40, None)))
    assert shown.change is None


def test_a_missing_figure_gives_its_reason_and_never_zero() -> None:
    shown = only(series(("2026-08-01", None, 0, "no_quota")))
    assert shown.text == "–"
    assert shown.basis() == "No quota covers this period."
    assert only(series(("2026-08-01", 1.0, 1, None)).iloc[:0]).text == "–"


def test_money_of_an_unfinished_period_is_compared_per_day() -> None:
    rows = series(("2026-05-01", 92_000.0, 9, None), ("2026-08-01", 31_000.0, 3, None))
    shown = only(rows, unit="money", currency="USD")
    assert shown.change == pytest.approx(0.0)
    assert shown.history == (1000.0, 1000.0)
    assert shown.basis() == "n = 3 deals"


def test_the_headline_says_where_we_are() -> None:
    today = dt.date(2026, 9, 30)
    assert sentences.period_headline(QUARTER, today, 0.784, None) == (
        "Day 61 of 92 in FY2027 Q3: won deals stand at 78% of the quota due by now"
    )
    over = sentences.period_headline(QUARTER, dt.date(2026, 10, 31), 1.02, None)
    assert over == "FY2027 Q3 is over: 102% of the quota was won"
    without = sentences.period_headline(QUARTER, today, None, None)
    assert without.endswith("no quota is known to measure it by")


def test_the_movement_sentence_adds_up_what_changes_the_open_pipeline() -> None:
    monday = dt.date(2026, 9, 28)
    moved = pd.DataFrame(
        {
            "week_start": pd.to_datetime(["2026-09-28"] * 3 + ["2026-09-21"]),
            "movement": ["created", "won", "pushed_out", "lost"],
            "deal_count": [5, 1, 2, 3],
            "amount": [70_000.0, 20_000.0, 90_000.0, 1.0],
        }
    )
    rows = sentences.movement_rows(moved, monday, "USD")
    assert sentences.movement_sentence(rows, monday, "USD") == (
        "Since Monday 28 Sep the open pipeline grew by USD 50k: "
        "USD 70k created and USD 20k won; USD 90k pushed out"
    )
    assert rows["signed"].tolist() == [70_000.0, -20_000.0, -90_000.0, -1.0]
    dates = rows[rows["kind"] == "pushed_out"]
    assert sentences.movement_sentence(dates, monday, "USD") == (
        "Since Monday 28 Sep the open pipeline kept its size; USD 90k pushed out"
    )
    nothing = sentences.movement_sentence(rows[rows["week"] == "Week before"], monday, "USD")
    assert nothing == "Since Monday 28 Sep nothing has moved in the pipeline"


def rep_weeks(*, reps: int, uncoached: int, fewest: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"rep_count": [reps], "uncoached_count": [uncoached], "fewest_weeks": [fewest]}
    )


def test_the_heatmap_title_counts_who_was_not_coached() -> None:
    some = rep_weeks(reps=2, uncoached=1, fewest=0)
    assert sentences.heatmap_title(some, "May") == "1 of 2 reps was not coached in May"
    everyone = rep_weeks(reps=2, uncoached=0, fewest=1)
    assert sentences.heatmap_title(everyone, "May") == (
        "Each of the 2 reps was coached in May, everyone in at least 1 week"
    )


def test_namesakes_keep_a_row_each_in_the_heatmap() -> None:
    rows = pd.DataFrame(
        {
            "person_id": ["a", "b", "c"],
            "full_name": ["Maria Santos", "Maria Santos", "Ava Mehta"],
            "manager_name": ["Eva"] * 3,
            "week_start": pd.to_datetime(["2026-09-28"] * 3),
            "session_count": [0, 2, 7],
            "session_minutes": [0, 60, 300],
        }
    )
    cells, reps = sentences.heatmap_rows(rows)
    assert reps == ["Maria Santos · a", "Maria Santos · b", "Ava Mehta"]
    assert cells["step"].tolist() == ["none", "2", "3 or more"]


def test_a_week_of_a_manager_is_shown_by_the_share_of_reps_coached() -> None:
    rows = pd.DataFrame(
        {
            "manager_id": ["a", "a", "b", "b", "c"],
            "manager_name": ["Eva Costa", "Eva Costa", "Eva Costa", "Eva Costa", "Ida Roth"],
            "week_start": pd.to_datetime(["2026-09-21", "2026-09-28"] * 2 + ["2026-09-28"]),
            "rep_count": [3, 3, 3, 4, 7],
            "coached_count": [0, 1, 2, 3, 7],
        }
    )
    cells, managers = sentences.manager_heatmap_rows(rows)
    assert managers == ["Eva Costa · a", "Eva Costa · b", "Ida Roth"]
    assert cells["step"].tolist() == [
        *("nobody", "up to a third", "up to two thirds", "more"),
        "more",
    ]
    assert sentences.manager_heatmap_title(rows, "a strict session") == (
        "In a week 65% of the reps have a strict session"
    )


def test_the_verdict_headline_names_broken_rules_and_lost_rows() -> None:
    totals = pd.Series({"rule_count": 40, "held_count": 40, "residual_rows": 0})
    assert sentences.verdict_headline("passed", totals) == (
        "All 40 rules held, and every row is accounted for"
    )
    totals = pd.Series({"rule_count": 40, "held_count": 38, "residual_rows": 2})
    assert sentences.verdict_headline("warnings", totals) == (
        "2 of 40 rules did not hold, and 2 rows cannot be accounted for"
    )


def test_the_banner_counts_its_warnings() -> None:
    assert "**Published with 1 warning.**" in warning_words(1, 0)
    assert "**Published with 17 warnings.**" in warning_words(17, 0)
    assert "2 critical rules are broken and waived" in warning_words(1, 2)
    assert "No critical" not in warning_words(1, 2)


def test_the_headline_of_freshness_counts_objects_with_dates() -> None:
    objects = pd.DataFrame({"days_behind": [0, 6, 7, None]})
    assert sources.freshness_headline(objects, "2026-09-30") == (
        "2 of 3 dated objects have news of the seven days to 30 Sep 2026"
    )
    assert sources.freshness_headline(objects[:1], "2026-09-30") == (
        "1 of 1 dated object has news of the seven days to 30 Sep 2026"
    )
    assert sources.freshness_headline(objects[3:], "2026-09-30") == "No object bears a date"


def test_the_headline_of_drift_names_the_gravest_finding_first() -> None:
    columns = pd.DataFrame({"finding": ["alias", "unknown", "alias", "missing_required"]})
    assert sources.drift_headline(columns) == (
        "Columns differ from their contract: 1 missing though required, "
        "1 not in the contract and 2 under another name"
    )


@pytest.mark.parametrize(
    ("tally", "headline"),
    [
        ({}, "Every name in the files means one person"),
        ({"unmatched": 3}, "In the files 3 names mean nobody"),
        (
            {"unmatched": 1, "ambiguous": 1_200},
            "In the files 1 name means nobody and 1,200 names mean several people",
        ),
        ({"ambiguous": 1}, "In the files 1 name means several people"),
    ],
)
def test_the_headline_counts_the_names_that_mean_nobody(
    tally: dict[str, int], headline: str
) -> None:
    totals = pd.DataFrame(
        [{"reason": reason, "name_count": names} for reason, names in tally.items()]
    )
    assert sources.unmatched_headline(totals) == headline


def test_the_title_of_the_list_says_how_many_come_next() -> None:
    assert sentences.coach_next_title(0) == "Nobody and no deal stands out by the rules in force"
    assert sentences.coach_next_title(1) == "Coach this one next"
    assert sentences.coach_next_title(5) == "Coach these 5 next"


@pytest.mark.parametrize(
    ("kept", "title"),
    [
        ([80.4, None, 12.0, 44.0], "3 managers kept between 12% and 80% of the cadence due"),
        ([50.2, 49.9], "2 managers kept 50% of the cadence due"),
        ([80.0], "One manager kept 80% of the cadence due"),
        ([None, None], "No manager has enough cases to judge the cadence"),
    ],
)
def test_the_title_of_the_managers_tells_how_far_they_lie_apart(
    kept: list[float | None], title: str
) -> None:
    assert sentences.managers_title(pd.Series(kept, dtype=float)) == title
