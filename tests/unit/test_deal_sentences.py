"""The sentences of the page Deals."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboards.components.deal_sentences import (
    EARLIER,
    THIS,
    WARNINGS,
    conversion_rows,
    conversion_sentence,
    coverage_sentence,
    coverage_top,
    deal_facts,
    deals_of,
    list_title,
    reason,
    residual_sentence,
    risk_title,
    waterfall_rows,
    waterfall_title,
)
from dashboards.queries.base import Period
from dashboards.queries.deals import STEPS

QUARTER = Period("fiscal_quarter", dt.date(2026, 8, 1), dt.date(2026, 10, 31), "FY2027 Q3", False)


def counts(open_count: int, any_count: int, several_count: int) -> pd.DataFrame:
    names = ["open_count", "any_count", "several_count"]
    return pd.DataFrame([[open_count, any_count, several_count]], columns=names)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (pd.DataFrame(), "No deal is open"),
        (counts(1, 0, 0), "None of 1 open deal has a warning"),
        (counts(9, 1, 0), "1 of 9 open deals has a warning"),
        (counts(9, 6, 2), "6 of 9 open deals have a warning, 2 of them three or more"),
    ],
)
def test_the_title_says_how_many_deals_have_a_warning(rows: pd.DataFrame, words: str) -> None:
    assert risk_title(rows) == words


def warning(code: str, **more: object) -> dict:
    row = {"opportunity_id": "s:1", "deal_rank": 1, "warning_code": code, "value": 41}
    row |= {"threshold": 18, "learned_from": "segment", "won_deal_count": 3917.0}
    return {**row, "stage_name": "Proposal", "close_date_push_days": 12, **more}


@pytest.mark.parametrize("code", list(WARNINGS))
def test_a_reason_says_value_and_threshold_and_what_was_learned_from(code: str) -> None:
    fixed = code in ("pushed", "overdue_close_date", "stage_regression", "no_next_step")
    more = {"learned_from": "fixed", "won_deal_count": float("nan")} if fixed else {}
    words = reason(warning(code, **more))
    assert "41" in words
    assert "18" in words
    assert ("3,917 won deals" in words) is not fixed
    assert "company" not in words


def test_a_threshold_of_the_whole_company_is_called_one() -> None:
    assert "20 won deals of the company" in reason(
        warning("older_than_won", learned_from="company", won_deal_count=20)
    )


def test_the_reasons_of_a_deal_stand_together() -> None:
    rows = pd.DataFrame(
        [
            warning("no_next_step"),
            warning("stuck_in_stage"),
            warning("pushed", opportunity_id="s:2", deal_rank=2),
        ]
    )
    first, second = deals_of(rows, 10)
    assert [len(first.reasons), len(second.reasons)] == [2, 1]
    assert first.reasons[0].startswith("41 days in 'Proposal'")
    assert len(deals_of(rows, 1)) == 1


def fall(**amounts: float) -> pd.Series:
    columns = [f"{name}_amount" for name in ("start", *STEPS, "end", "residual")]
    return pd.Series({**dict.fromkeys(columns, 0.0), **amounts})


def test_each_step_begins_where_the_one_before_ended() -> None:
    row = fall(start_amount=100, created_amount=50, won_amount=-30, end_amount=120)
    rows = waterfall_rows(row, "USD", QUARTER)
    assert rows["label"].tolist() == ["Start", "Created", "Won", "Today"]
    assert rows["low"].tolist() == [0, 100, 120, 0]
    assert rows["high"].tolist() == [100, 150, 150, 120]
    assert rows["text"].tolist() == ["100", "+50", "−30", "120"]
    title = waterfall_title(row, "USD", QUARTER, "open")
    assert title == "Open pipeline rose from USD 100 to USD 120 so far in FY2027 Q3"


def test_what_does_not_tie_is_said() -> None:
    assert "residual 0" in residual_sentence(fall(), "USD")
    assert "USD 0.25 are not explained" in residual_sentence(fall(residual_amount=0.25), "USD")


def test_coverage_is_compared_with_the_same_day_and_cut_where_it_runs_away() -> None:
    rows = pd.DataFrame(
        [("Day 30", THIS, 2.0), ("Day 30", EARLIER, 1.0), ("Day 30", EARLIER, 60.0)],
        columns=["day", "series", "value"],
    ).assign(text="2.0x")
    assert coverage_sentence(rows).endswith("more than in 1 of 2 earlier quarters")
    assert coverage_top(rows) == 6.0


def test_only_cohorts_that_had_their_time_are_shown() -> None:
    columns = ["indicator_id", "dimension", "member", "period_start", "period_label", "value"]
    rows = pd.DataFrame(
        [
            ("PI-06", "stage", "01", pd.Timestamp("2026-02-01"), "Q1", 0.9),
            ("PI-06", "stage", "02", pd.Timestamp("2026-02-01"), "Q1", 0.6),
            ("PI-06", "stage", "01", pd.Timestamp("2026-05-01"), "Q2", None),
        ],
        columns=columns,
    ).assign(value_low=0.5, value_high=0.95, observation_count=20)
    rows["reason_code"] = [None, None, "immature"]
    shown, label = conversion_rows(rows, {"02": "Proposal"})
    assert (label, len(shown)) == ("Q1", 2)
    assert conversion_sentence(shown) == "After stage 2, Proposal, 60% went on: the fewest"
    assert conversion_rows(rows.tail(1), {})[0].empty
    bare, _ = conversion_rows(rows, {})
    assert conversion_sentence(bare) == "After stage 2 60% went on: the fewest"


def test_a_deal_without_amount_or_date_says_so() -> None:
    row = {"amount": float("nan"), "currency_code": None, "stage_name": "New", "close_date": pd.NaT}
    assert deal_facts(row) == ("no amount · New", "no expected close")


def test_the_list_says_whether_it_is_whole() -> None:
    assert list_title(1, 1) == "This deal has a warning"
    assert list_title(6, 6) == "These 6 deals have a warning"
    assert list_title(10, 1366) == "These 10 of 1,366 deals have the most warnings"
