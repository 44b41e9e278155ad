"""The sentences of the page Maturity & managers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dashboards.components import maturity_words as said

BLANK: dict[str, Any] = {
    "rule_version": "article_000",
    "level_code": "informal",
    "level_index": 1,
    "lowered_level_index": 1,
    "raised_level_index": 1,
    "progress_score": 45.0,
    "unmet_gates": "D2",
    "not_assessable_for": None,
    "rep_months": 40.0,
    "leading_rate": 0.5,
    "initiative_count": 3,
    "designed_level_index": pd.NA,
    "practised_level_index": pd.NA,
    "rep_survey_kappa": None,
    "rep_survey_kappa_manager_count": pd.NA,
    "not_assessable_rep_share": None,
    **{column: 0.5 for _, column in said.AXES.values()},
    **{f"{level.lower()}_rep_share": None for level in said.LEVELS},
    **{f"{level.lower()}_probability": None for level in said.LEVELS},
    **{f"{role}_survey_level_index": pd.NA for role in said.ROLES},
    **{f"{role}_survey_gap": pd.NA for role in said.ROLES},
    **{f"{role}_respondent_count": pd.NA for role in said.ROLES},
    **{f"{role}_response_rate": None for role in said.ROLES},
    **{f"{role}_survey_reason_code": "no_source" for role in said.ROLES},
}
REPS = {
    "rep_survey_level_index": 2,
    "rep_survey_gap": 1,
    "rep_respondent_count": 12,
    "rep_response_rate": 0.6,
}
GATES = pd.DataFrame(
    [
        ("article_000", "formal", 2, "D2", 0.7, "each", False, "The cadence is kept"),
        ("article_000", "formal", 2, "D6", 1.0, "both", False, "The coach is trained"),
    ],
    columns=[
        "rule_version",
        "level_code",
        "level_index",
        "gate_code",
        "threshold",
        "quarters",
        "is_any_enough",
        "note",
    ],
)


def row(**more: Any) -> pd.Series:
    return pd.Series({**BLANK, **more})


def test_the_title_lays_what_is_said_beside_what_is_seen() -> None:
    assert said.page_title(row()) == "Coaching is seen as informal"
    assert said.page_title(row(**REPS)) == "Coaching is seen as informal; reps say formal"


def test_without_a_level_it_says_why() -> None:
    none = row(level_index=pd.NA, level_code="not_assessable", not_assessable_for="exposure")
    assert said.page_title(none) == "Coaching here cannot be assessed yet"
    assert "fewer than 8 months" in said.missing_title(none, [])
    assert said.next_gates(none, GATES) == []


def test_the_gap_stands_in_words_with_n() -> None:
    words = " ".join(said.gap_sentences(row(**REPS)))
    assert "Reps say 1 level more than is seen (n = 12 answers, 60% of those who could)." in words


def test_few_answers_are_withheld_with_their_number() -> None:
    words = " ".join(said.gap_sentences(row(rep_survey_reason_code="small_group")))
    assert words == "Reps say: withheld, fewer than 4 answered."


def test_designed_above_practised_is_lip_service() -> None:
    over = row(designed_level_index=3, practised_level_index=1)
    assert said.designed_sentence(over).endswith("practised as informal: lip service.")
    assert "lip service" not in said.designed_sentence(
        row(designed_level_index=1, practised_level_index=1)
    )


def test_what_moves_with_the_gates_is_said() -> None:
    assert "a tenth higher random" in said.sure_sentence(row(raised_level_index=0))
    assert "The level stands" in said.sure_sentence(row())


def test_what_is_missing_comes_first() -> None:
    found = said.next_gates(row(capable_score=1.0), GATES)
    assert [(gate.name, gate.is_met) for gate in found] == [
        ("D2 Practised", False),
        ("D6 Capable", True),
    ]
    assert said.missing_title(row(), found) == "For formal, 1 gate of 2 to go"
    assert said.missing_title(row(level_index=3), []).startswith("Nothing is missing")


def test_a_gate_of_each_quarter_can_fail_above_its_threshold() -> None:
    found = said.next_gates(row(practised_score=0.8), GATES)
    assert found[0].asked == "70% in each of the two quarters, and one of them lies below"


def test_what_was_not_recorded_is_no_nought() -> None:
    rows = said.axis_rows(row(tools_score=None), pd.DataFrame(), GATES)
    tools = rows[rows["axis"] == "D3 Tools"].iloc[0]
    assert tools["text"] == "not recorded"
    assert pd.isna(tools["value"])


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100%"), (0.995, "over 99%"), (0.001, "under 1%"), (0.0, "0%")]
)
def test_a_chance_is_not_rounded_to_certainty(share: float, text: str) -> None:
    assert said.chance(share) == text


def figures(*rows: tuple[str, float | None, int, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name, name, "AF-03", "share", value, value, value, n, reason)
            for name, value, n, reason in rows
        ],
        columns=[
            "person_id",
            "name",
            "indicator_id",
            "measure_id",
            "value",
            "value_low",
            "value_high",
            "observation_count",
            "reason_code",
        ],
    )


def test_small_numbers_are_counted_and_not_drawn() -> None:
    rows = figures(
        ("Ann", 0.5, 9, None), ("Bob", None, 2, "small_n"), ("Cy", None, 0, "no_denominator")
    )
    assert list(said.figure_rows(rows, "AF-03", "share")["name"]) == ["Ann"]
    assert said.left_out(rows, "AF-03", "share") == (
        " 1 manager withheld for small numbers and 1 manager with nothing to count."
    )


def test_titles_say_when_nothing_is_known() -> None:
    assert said.span_title(None, None) == "No manager has a rep here"
    assert said.span_title(5.76, 0.0) == ("Managers lead 5.8 reps on average, none more than eight")
    assert "not known" in said.follow_title(None)
    assert "not known" in said.time_title(None, None)
