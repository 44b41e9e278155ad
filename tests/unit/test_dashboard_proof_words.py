"""What the page on proof says hangs on its rows alone, and claims no more than they hold."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dashboards.components import proof_words as said

NOBREAK = "\u00a0"


def row(days: int | None, gap: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    made = {
        "comparison": "naive" if days is None else f"landmark_{days}",
        "landmark_days": days,
        "maturity_days": 143,
        "is_whole_cohort": True,
        "coached_deal_count": 40,
        "coached_rate": 0.6,
        "coached_low": 0.4,
        "coached_high": 0.7,
        "other_deal_count": 400,
        "other_rate": 0.4,
        "other_low": 0.3,
        "other_high": 0.5,
        "left_out_deal_count": 60,
        "gap_points": gap,
        "gap_low_points": low,
        "gap_high_points": high,
        "reason_code": None,
    }
    return {**made, **more}


def few(days: int | None, count: int) -> dict[str, Any]:
    return row(days, 30.0, -40.0, 60.0, coached_deal_count=count, reason_code="small_n")


def rows(*made: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(made))


NAIVE = row(None, 22.0, 19.0, 25.0)


@pytest.mark.parametrize(
    ("landmarks", "title", "words"),
    [
        (
            [row(30, 1.4, -3, 6), row(60, 5.9, 2, 10)],
            "among deals of the same age the gap is 1 to 6 points",
            "Some gap is left at some ages",
        ),
        (
            [row(30, 1.4, -3, 6), row(60, -2.0, -9, 4)],
            "among deals of the same age no gap is sure",
            "No gap is left that chance could not explain",
        ),
        (
            [row(30, 4.0, 1, 6), row(60, 4.2, 2, 9)],
            "the gap is 4 points",
            "A gap is left, and it is not proof of an effect",
        ),
        (
            [row(30, -13.0, -23, -2), row(60, -4.0, -9, 1)],
            "the gap is −13 to −4 points",
            "Coached deals do worse, and that is not proof either",
        ),
        (
            [few(30, 4), few(60, 2)],
            "a fair comparison cannot be told yet",
            "Not estimable yet: only the biased comparison has enough deals",
        ),
    ],
)
def test_the_verdict_says_what_the_intervals_hold(
    landmarks: list[dict[str, Any]], title: str, words: str
) -> None:
    compared = rows(NAIVE, *landmarks)
    headline = said.headline(compared).replace(NOBREAK, " ")
    assert headline.startswith("Coached deals look 22 points better; ")
    assert headline.endswith(title)
    assert said.verdict(compared).words.startswith(words)


def test_nothing_is_told_of_too_few_deals_but_how_few_they_are() -> None:
    compared = rows(few(None, 4), few(30, 2))
    assert said.headline(compared) == "Whether coached deals do better cannot be told yet"
    found = said.verdict(compared)
    assert found.words == "Not estimable yet"
    assert "5 are needed (Naive: 4, Day 30: 2)" in found.why
    assert not said.gap_rows(compared)["is_judged"].any()


def test_a_gap_without_a_value_is_not_estimable_and_not_drawn() -> None:
    nothing = row(
        None,
        float("nan"),
        float("nan"),
        float("nan"),
        coached_deal_count=0,
        coached_rate=float("nan"),
        reason_code="no_denominator",
    )
    compared = rows(nothing)
    assert said.verdict(compared).words == "Not estimable yet"
    assert said.gap_rows(compared).empty
    assert said.rate_rows(compared)["deals"].tolist() == ["Other"]


def test_no_verdict_on_gaps_calls_one_an_effect() -> None:
    for landmark in (row(30, 9, 5, 12), row(30, 1, -3, 5), row(30, -9, -12, -5)):
        assert "none of these gaps is an effect" in said.verdict(rows(NAIVE, landmark)).why


def test_a_landmark_that_is_left_out_is_named() -> None:
    why = said.verdict(rows(NAIVE, row(30, 1.4, -3, 6), few(90, 3))).why
    assert "At day 30 the interval holds 0" in why
    assert "(Day 90: 3)" in why


def test_a_young_cohort_says_so() -> None:
    young = rows(row(None, 22.0, 19.0, 25.0, is_whole_cohort=False))
    assert "n = 440 decided deals, each at least 143 days old" in said.basis(young)
    assert "Not all deals of this time are old enough yet." in said.basis(young)
    assert "Not all" not in said.basis(rows(NAIVE))


def test_points_have_a_true_minus_and_no_minus_nought() -> None:
    assert said.points(-3.6) == "−4"
    assert said.points(-0.2) == "0"
    assert said.points(1.42, 1, plus=True) == "+1.4"


def pair(verdict: str, **more: Any) -> dict[str, Any]:
    made = {
        "leading_indicator_id": "CQ-01",
        "leading_measure_id": "ratio",
        "lagging_indicator_id": "PI-11",
        "lagging_measure_id": "by_count",
        "leading_name": "Ask ratio of the coach",
        "lagging_name": "Win rate",
        "lag_months": 2,
        "verdict": verdict,
        "shares_cases": False,
        "correlation": 0.25,
        "correlation_low": 0.2,
        "correlation_high": 0.31,
        "rep_month_count": 1260,
        "rep_count": 129,
        "manager_count": 30,
        "hold_out_correlation": 0.19,
        "hold_out_correlation_low": 0.08,
        "hold_out_correlation_high": 0.29,
        "hold_out_rep_month_count": 745,
        "is_significant": True,
        "is_confirmed": True,
        "is_stronger_than_same_month": True,
        "is_as_hoped": True,
    }
    return {**made, **more}


@pytest.mark.parametrize(
    ("made", "verdict", "why", "title"),
    [
        (
            pair("leads"),
            "▲ Leads",
            "found, and found again",
            "Ask ratio of the coach goes 2 months before win rate",
        ),
        (pair("moves_with", lag_months=0), "= Moves with", "found", "moves with win rate in the"),
        (
            pair("no_sign", is_significant=False),
            "○ No sign",
            "may be chance",
            "There is no sign that",
        ),
        (pair("no_sign", is_confirmed=False), "○ No sign", "not found again later", "no sign"),
        (pair("no_sign"), "○ No sign", "hardly above lag 0", "no sign"),
        (
            pair("no_sign", shares_cases=True),
            "✕ Says nothing",
            "same deals on both sides",
            "so this pair says nothing",
        ),
        (
            pair("too_little_data", shares_cases=True, correlation=None),
            "… Too little data",
            "too few managers or months",
            "Too little data to ask whether",
        ),
    ],
)
def test_a_pair_has_its_verdict_in_words(
    made: dict[str, Any], verdict: str, why: str, title: str
) -> None:
    assert said.pair_verdict(made["verdict"], made["shares_cases"]) == verdict
    assert said.pair_reason(made).startswith(why)
    assert title in said.lag_title(pd.Series(made))


def test_pairs_of_the_same_deals_do_not_count_among_those_asked() -> None:
    made = rows(
        pair("leads"),
        pair("no_sign"),
        pair("moves_with"),
        pair("no_sign", shares_cases=True),
        pair("too_little_data"),
    )
    title = said.pairs_headline(made)
    assert title.startswith("1 of 3 pairs that could be asked leads; 1 moves with its result")
    nothing = said.pairs_headline(rows(pair("too_little_data")))
    assert nothing == "Which indicators lead cannot be told yet"


def test_a_lead_is_told_with_n_and_both_intervals() -> None:
    told = said.lead_sentence(pd.Series(pair("leads", is_as_hoped=False)))
    assert "0.25 (0.20 to 0.31)" in told
    assert "0.19 (0.08 to 0.29)" in told
    assert "n = 1,260 rep months of 129 reps" in told
    assert "against what one hopes" in told


def test_a_claim_is_written_as_it_was_published() -> None:
    assert said.claimed(53.6, "percent") == "53.6%"
    assert said.claimed(-10.0, "percent") == "−10%"
    assert said.claimed(6.0, "count") == "6"
    assert said.claimed(float("nan"), "none") == "–"


def test_a_lag_that_was_not_asked_is_not_drawn_also_without_its_counts() -> None:
    unasked = pair(
        "leads",
        lag_months=6,
        correlation=None,
        hold_out_correlation=None,
        rep_month_count=None,
        hold_out_rep_month_count=None,
    )
    drawn = said.lag_rows(rows(pair("leads"), unasked))
    assert drawn[["lag", "part", "n"]].to_numpy().tolist() == [
        [2, "Learned", 1260],
        [2, "Held out", 745],
    ]
