"""The sentences of the page Skills & training."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboards.components import skill_words as said
from dashboards.queries.base import Entity, Measure, Period

TEAM = Entity("team", "T1", "North")


def cells(*rows: tuple[str, str, str, str, float | None, int, str | None]) -> pd.DataFrame:
    names = [
        "entity_type",
        "entity_id",
        "name",
        "member",
        "value",
        "observation_count",
        "reason_code",
    ]
    return pd.DataFrame(rows, columns=names)


def drawn(*rows: tuple[str, str, str, str, float | None, int, str | None]) -> pd.DataFrame:
    return said.cell_rows(cells(*rows), TEAM, said.KINDS[said.CALLS], "withheld: few")


WHOLE = (
    ("team", "T1", "North", "all", 0.4, 40, None),
    ("team", "T1", "North", "closing plan", 0.2, 20, None),
    ("team", "T1", "North", "negotiation", 0.6, 20, None),
)


def test_the_title_names_the_skill_that_lacks_most() -> None:
    rows = drawn(*WHOLE)
    title = said.page_title(rows, said.KINDS[said.CALLS])
    assert title == "Closing plan lacks most: 80% of its scores in calls do not show it"
    assert rows.iloc[0]["part"] == "All of North"
    assert rows.iloc[0]["text"] == "80% · 20"


def test_few_cases_make_no_title() -> None:
    rows = drawn(*((*row[:5], 2, "small_n") for row in WHOLE))
    assert said.page_title(rows, said.KINDS[said.CALLS]).startswith("Too few were scored")


def test_a_gap_of_one_call_ranks_nobody() -> None:
    rows = drawn(
        *WHOLE,
        ("rep", "R1", "Ann", "all", 0.0, 1, "small_n"),
        ("rep", "R1", "Ann", "negotiation", 0.0, 1, "small_n"),
        ("rep", "R2", "Bob", "all", 0.5, 9, None),
        ("rep", "R2", "Bob", "negotiation", 0.5, 9, None),
    )
    assert list(dict.fromkeys(rows["part"])) == ["All of North", "Bob", "Ann"]


def test_namesakes_are_told_apart() -> None:
    rows = drawn(
        *WHOLE,
        *(
            ("rep", code, "Ann", member, 0.5, 9, None)
            for code in ("R1", "R2")
            for member in ("all", "negotiation")
        ),
    )
    assert set(rows["part"]) == {"All of North", "Ann (R1)", "Ann (R2)"}


def test_a_withheld_cell_says_so() -> None:
    rows = drawn(*WHOLE[:2], ("team", "T1", "North", "negotiation", None, 2, "small_group"))
    assert "withheld: few" in set(rows["text"])


def test_an_organisation_and_its_manager_are_two_rows() -> None:
    entity = Entity("manager_org", "M1", "Kim")
    found = said.cell_rows(
        cells(
            *(
                (kind, "M1", "Kim", member, 0.5, 9, None)
                for kind in ("manager_org", "manager")
                for member in ("all", "negotiation")
            )
        ),
        entity,
        said.KINDS[said.CALLS],
        "",
    )
    assert list(found["part"]) == ["All of Kim", "Kim"]


def curve(*steps: tuple[int, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [("closed_90", day, closed, closed, closed, 50, 60, 9, 51) for day, closed in steps],
        columns=[
            "measure_id",
            "duration",
            "closed",
            "closed_low",
            "closed_high",
            "at_risk",
            "gap_count",
            "closed_count",
            "open_count",
        ],
    )


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        ([(0, 0.0), (40, 0.1), (100, 0.2)], "10% of gaps are seen to close within 90 days"),
        (
            [(0, 0.0), (40, 0.1), (365, 0.2)],
            "10% of gaps are seen to close within 90 days, 20% within a year",
        ),
        ([(0, 0.0), (40, 0.1)], "Too few gaps have been watched for 90 days"),
        ([(0, 0.0), (100, 0.0)], "No gap closed within 90 days"),
    ],
)
def test_a_curve_says_nothing_beyond_its_last_point(
    steps: list[tuple[int, float]], title: str
) -> None:
    assert said.closing_title(said.closing_rows(curve(*steps))) == title


def kept(*rows: tuple[bool, float, float | None, int]) -> pd.DataFrame:
    return said.kept_rows(
        pd.DataFrame(
            [(is_with, 90, value, low, None, n, n) for is_with, value, low, n in rows],
            columns=[
                "is_reinforced",
                "aim_days",
                "kept",
                "kept_low",
                "kept_high",
                "training_count",
                "person_count",
            ],
        )
    )


def test_both_kinds_of_trainings_stand_in_the_title() -> None:
    rows = kept((True, 0.74, None, 9), (False, 0.68, None, 9))
    assert said.kept_title(rows) == (
        "After 90 days 74% of the score is left with reinforcement, 68% without"
    )
    assert "too few for an interval" in said.kept_caption(rows)
    assert "no effect of coaching" in said.kept_caption(rows)


def test_few_trainings_stay_out_of_the_title() -> None:
    rows = kept((True, 0.74, None, 2), (False, 0.68, None, 9))
    assert said.kept_title(rows) == "After 90 days 68% of the score is left without reinforcement"


def test_a_trace_with_a_space_is_quoted() -> None:
    period = Period(
        "fiscal_year", dt.date(2026, 2, 1), dt.date(2027, 1, 31), "FY", is_complete=False
    )
    team = Entity("team", "Berlin A", "x")
    assert said.trace_of(Measure("BE-10", "shown"), team, period) == (
        "'BE-10:shown@team=Berlin A@fiscal_year=2026-02-01'"
    )
