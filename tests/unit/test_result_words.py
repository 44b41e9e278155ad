"""What the page on results says and draws, from made-up rows."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboards.components import result_words as said
from dashboards.components.figures import Unit
from dashboards.queries.base import Entity, Period

DONE = Period("fiscal_quarter", dt.date(2026, 5, 1), dt.date(2026, 7, 31), "FY2027 Q2", True)
RUNS = Period("fiscal_quarter", dt.date(2026, 8, 1), dt.date(2026, 10, 31), "FY2027 Q3", False)
COMPANY = Entity("company", "company", "Northwind *Ridge*")


def quarter(
    label: str = "FY2027 Q2", state: str = said.WHOLE, value: float | None = 0.4, **more: object
) -> said.Quarter:
    usual: dict[str, object] = {"low": 0.35, "high": 0.45, "n": 100, "reason": ""}
    return said.Quarter(label, state, value, **{**usual, **more})  # type: ignore[arg-type]


def row(measure: str, label: str = "FY2027 Q2", **more: object) -> dict[str, object]:
    return {
        "indicator_id": "QU-01",
        "measure_id": measure,
        "period_label": label,
        "is_complete": True,
        "numerator": 90.0,
        "denominator": 100.0,
        "value": 0.9,
        "value_low": None,
        "value_high": None,
        "observation_count": 12,
        "reason_code": None,
        **more,
    }


def attained(**more: object) -> pd.DataFrame:
    return said.attainment_rows(pd.DataFrame([row("attainment_to_date", **more)]), "USD")


def test_a_whole_quarter_is_told_against_its_quota() -> None:
    title = said.attainment_title(attained(), COMPANY, DONE, "USD")
    assert title == "Northwind \\*Ridge\\* won 90% of its USD quota in FY2027 Q2"


def test_a_running_quarter_is_told_against_the_days_gone_by_and_stands_apart() -> None:
    shown = attained(label="FY2027 Q3", is_complete=False)
    assert shown["quarter"].tolist() == ["FY2027 Q3 to date"]
    assert shown["state"].tolist() == [said.RUNNING]
    title = said.attainment_title(shown, Entity("manager_org", "p", "Ana"), RUNS, "USD")
    assert title == "The organisation of Ana has won 90% of the USD quota of the days gone by"
    assert "61 days of it" in said.attainment_note(shown, RUNS, 61)


def test_a_quarter_without_a_quota_has_no_column() -> None:
    shown = attained(value=None, reason_code="no_quota")
    assert shown.empty
    title = said.attainment_title(shown, COMPANY, DONE, "EUR")
    assert title == "No quota in EUR is known for FY2027 Q2"


def test_too_few_and_truncated_quarters_are_unsure() -> None:
    assert said.state_of(True, "small_n") == said.UNSURE
    assert said.state_of(True, "left_truncated") == said.UNSURE
    assert said.state_of(True, None) == said.WHOLE
    assert said.state_of(False, "small_n") == said.RUNNING


def test_a_win_rate_is_compared_only_beyond_its_margin() -> None:
    before = quarter("FY2027 Q1", value=0.42)
    assert said.win_title([before, quarter()], DONE).endswith(
        "within the margin of the quarter before"
    )
    # Outside of this quarter's interval, but both may lie by chance.
    before = quarter("FY2027 Q1", value=0.345, low=0.3, high=0.39)
    assert said.win_title([before, quarter()], DONE).endswith(
        "within the margin of the quarter before"
    )
    before = quarter("FY2027 Q1", value=0.3, low=0.26, high=0.34)
    assert said.win_title([before, quarter()], DONE) == (
        "40% (35–45%) of the deals decided in FY2027 Q2 were won, more than in the quarter before"
    )


def test_a_running_or_unsure_quarter_is_compared_with_nothing() -> None:
    before = quarter("FY2027 Q2", value=0.1)
    now = quarter("FY2027 Q3 to date", said.RUNNING)
    assert said.win_title([before, now], RUNS) == (
        "So far 40% (35–45%) of the deals decided in FY2027 Q3 were won"
    )
    few = quarter(state=said.UNSURE, reason="small_n")
    assert said.win_title([quarter("FY2027 Q1"), few], DONE).endswith(": too few to judge")
    assert said.chosen_and_before([quarter("FY2027 Q1", said.UNSURE), quarter()], DONE)[1] is None


def test_the_win_rate_by_value_has_no_comparison_and_says_why_no_interval() -> None:
    words = said.by_value_note([quarter(low=None, high=None)], DONE, "EUR")
    assert "**40%** of the EUR" in words
    assert "no interval is published" in words
    assert said.by_value_note([], DONE, "EUR") == ""


def test_no_decision_is_told_with_its_n() -> None:
    rows = pd.DataFrame(
        [
            {
                "period_label": "FY2027 Q2",
                "is_complete": True,
                "closed_count": 40,
                "no_decision_count": 10,
                "no_decision_share": 0.25,
                "share_low": 0.14,
                "share_high": 0.4,
            }
        ]
    )
    assert said.undecided_note(rows, DONE) == (
        "10 deals of 40 that closed ended without a decision: 25%."
    )
    assert said.undecided_quarters(rows)[0].n == 40
    assert "not told" in said.undecided_note(rows.head(0), DONE)


def test_a_cycle_is_told_in_days_with_what_is_censored() -> None:
    found = [quarter(value=62.0, low=59.0, high=66.0)]
    assert said.cycle_title(found, DONE) == (
        "Half of the deals won in FY2027 Q2 took at most 62 days (59–66)"
    )
    rows = pd.DataFrame([row("median_survival", numerator=70.0)])
    assert "Of 100 deals created in FY2027 Q2, 30 are still open" in said.censored_note(rows, DONE)


def forecast(measure: str, value: float | None) -> dict[str, object]:
    known = row(measure, value=value, period_start=DONE.start, currency_code="USD", kind="day_1")
    return known | {"observation_count": 42}


def test_forecasts_say_how_far_off_and_to_which_side() -> None:
    rows = pd.DataFrame([forecast("accuracy", 0.25), forecast("bias", -0.75)])
    assert said.forecast_title(rows) == "Forecasts of FY2027 Q2 were 75% too low on day 1"
    assert said.forecast_note(rows).startswith("n = 42 forecasts of managers in FY2027 Q2.")
    assert "reporting currency" in said.forecast_note(rows)
    assert said.forecast_marks(rows)["text"].tolist() == ["25%"]
    nothing = pd.DataFrame([forecast("bias", None)])
    assert said.forecast_title(nothing) == "Forecast accuracy is not known yet"


def curve(cohort: str, *shares: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cohort": cohort,
            "hired_count": 10,
            "arrived_count": 4,
            "months": range(1, len(shares) + 1),
            "watched_count": range(10, 10 - len(shares), -1),
            "share": shares,
        }
    )


def test_a_ramp_is_told_by_its_median_or_by_its_absence() -> None:
    older, newer = curve("FY2026", 0.2, 0.6), curve("FY2027", 0.1, 0.2, 0.5)
    assert said.ramp_title(pd.concat([older, newer])) == (
        "An estimated half of 10 reps hired in FY2027 come up to speed within 3 months; 4 have so "
        "far"
    )
    assert said.ramp_title(curve("FY2027", 0.1)) == (
        "4 of 10 reps hired in FY2027 have come up to speed so far"
    )
    assert said.ramp_title(curve("FY2027").head(0)).endswith("not estimable yet")


def test_a_curve_begins_at_nought_and_names_its_end() -> None:
    drawn = said.ramp_marks(curve("FY2027", 0.1, 0.5))
    assert drawn["share"].tolist() == [0.0, 0.1, 0.5]
    assert drawn["end"].tolist() == ["", "", "FY2027 · 50% of 10"]


def test_a_fade_is_held_against_earlier_hires_and_only_of_whole_quarters() -> None:
    """Not against nought: the best early months are chosen, so that all fall off somewhat."""
    last = quarter(value=-0.4, low=-0.6, high=-0.1, n=12)
    told = (
        "Hires won 40% less a month in the second half year than in their best early months "
        "(FY2027 Q2, n = 12)"
    )
    assert said.fade_title([last]) == told
    like = quarter("FY2027 Q1", value=-0.2, low=-0.4, high=0.1)
    assert said.fade_title([like, last]) == f"{told}, within the margin of those of FY2027 Q1"
    other = quarter("FY2027 Q1", value=0.2, low=0.1, high=0.4)
    assert said.fade_title([other, last]) == f"{told}, apart from those of FY2027 Q1"
    assert said.fade_title([quarter("FY2027 Q3 to date", said.RUNNING)]).endswith(
        "not estimable yet"
    )


def test_a_cohort_says_why_it_has_no_median() -> None:
    first = row("median", indicator_id="RA-01", value=39.0, value_low=7.0, value_high=94.0)
    able = row("median", indicator_id="RA-02", value=None, reason_code="not_reached")
    shown = said.cohort_rows(pd.DataFrame([first, able])).iloc[0]
    assert shown["n"] == 100
    assert shown["first_deal"] == "39 days (7–94)"
    assert shown["productive"] == "Not estimable yet: fewer than half got there"


def test_parts_are_told_with_their_quota_and_currency() -> None:
    rows = pd.DataFrame(
        {
            "entity_type": "region",
            "entity_id": ["DACH", "North"],
            "name": ["DACH", "North"],
            "currency_code": ["EUR", "USD"],
            "quota_amount": [2_600_000.0, 500.0],
            "value": [1.02, 0.4],
            "observation_count": [104, 1],
        }
    )
    assert said.part_rows(rows)["part"].tolist() == ["DACH · EUR", "North · USD"]
    assert said.part_rows(rows)["text"].tolist() == [
        "102% of EUR 2.6M, 104 deals",
        "40% of USD 500, 1 deal",
    ]
    assert said.parts_title(rows, DONE) == "1 of 2 regions was at the quota"
    assert said.parts_title(rows.head(1), RUNS) == (
        "The one region with a quota is at its quota of the days gone by"
    )


def test_marks_without_an_interval_end_where_they_begin() -> None:
    drawn = said.marks([quarter(low=None, high=None), quarter(value=None)], "x", Unit.RATE)
    assert drawn[["low", "value", "high"]].iloc[0].tolist() == [0.4, 0.4, 0.4]
    assert len(drawn) == 1
