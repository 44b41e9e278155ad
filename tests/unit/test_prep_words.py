"""The sentences of the page 1:1 prep."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from dashboards.components import prep_words as say
from dashboards.components.deal_sentences import Deal
from dashboards.components.prep_words import Place, Question, Standing
from dashboards.components.registry import Definition
from dashboards.queries.base import Measure, Period

QUARTER = Period("fiscal_quarter", dt.date(2026, 8, 1), dt.date(2026, 10, 31), "FY2027 Q3", False)


def definition(direction: str) -> Definition:
    texts = dict.fromkeys(Definition.__dataclass_fields__, "")
    return Definition(**{**texts, "direction": direction, "minimum_n_of": "meetings"})


def place(**changed: Any) -> Place:
    given: dict[str, Any] = {
        "measure": Measure("BE-02", "planned"),
        "label": "Meetings with a plan",
        "definition": definition("higher"),
        "value": 0.1,
        "low": None,
        "high": None,
        "n": 40,
        "period": "",
        "is_judged": True,
        "peer_low": 0.2,
        "peer_median": 0.3,
        "peer_high": 0.4,
        "peer_count": 29,
        "peer_region": "DACH",
    }
    return Place(**{**given, **changed})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Standing.BEHIND),
        ({"value": 0.5}, Standing.AHEAD),
        ({"value": 0.2}, Standing.LIKE),
        ({"value": 0.4}, Standing.LIKE),
        ({"value": 0.44}, Standing.LIKE),  # a hair beyond is no matter
        ({"value": 0.16}, Standing.LIKE),
        ({"low": 0.02, "high": 0.31}, Standing.LIKE),  # chance: the median lies in the interval
        ({"low": 0.02, "high": 0.29}, Standing.BEHIND),
        ({"is_judged": False}, Standing.UNKNOWN),
        ({"peer_low": None, "peer_median": None, "peer_high": None}, Standing.UNKNOWN),
        ({"definition": definition("lower")}, Standing.AHEAD),
        ({"definition": definition("lower"), "value": 0.9}, Standing.BEHIND),
    ],
)
def test_where_somebody_stands(changed: dict[str, Any], expected: Standing) -> None:
    assert place(**changed).standing is expected


def test_a_place_says_n_interval_others_and_an_earlier_period() -> None:
    told = place(low=0.03, high=0.2, period="FY2027 Q2").basis()
    assert told == (
        "n = 40 meetings in FY2027 Q2; 95% interval 3–20%; middle half of 29 others in DACH: 20–40%"
    )
    assert "no interval published, by n alone 4–23%" in place().basis()
    assert "too few to judge" in place(is_judged=False).basis()
    assert place(definition=definition("lower")).name.endswith(say.LESS)


def answer(**changed: Any) -> pd.DataFrame:
    row = {
        "indicator_id": "BE-02",
        "measure_id": "planned",
        "period_label": "FY2027 Q3",
        "value": 0.1,
        "value_low": None,
        "value_high": None,
        "observation_count": 40,
        "reason_code": None,
        "peer_region": None,
        "peer_count": 30,
        "peer_low": 0.2,
        "peer_median": 0.3,
        "peer_high": 0.4,
    }
    return pd.DataFrame([{**row, **changed}])


def test_what_is_not_known_or_expired_has_no_place() -> None:
    assert say.places(answer(value=float("nan")), [], QUARTER) == []
    assert say.places(answer(reason_code="expired"), [], QUARTER) == []
    (found,) = say.places(answer(), [], QUARTER)
    assert (found.period, found.peer_region, found.is_judged) == ("", "", True)
    (early,) = say.places(answer(period_label="FY2027 Q2", reason_code="small_n"), [], QUARTER)
    assert (early.period, early.is_judged) == ("FY2027 Q2", False)


def skills(*gaps: float) -> pd.DataFrame:
    rows = [(f"skill {number}", gap, 3) for number, gap in enumerate(gaps)]
    return pd.DataFrame(rows, columns=["skill", "gap_points", "day_count"])


def test_gaps_are_places_and_skills_in_turn() -> None:
    behind = [place(value=value) for value in (0.1, 0.0, 0.15)]
    found = say.gaps(behind, skills(1.5, 1.0, 0.5, -0.2))
    assert [point.value for point in found] == [
        "0%",
        "10%",
        "1.5 points below 4 of 5",
        "1.0 points below 4 of 5",
    ]
    assert len(say.gaps([], skills(1.5, 1.0, 0.5))) == 3
    assert say.gaps([], skills()) == []
    (strong,) = say.strengths([], skills(1.5, -0.2))
    assert strong.value == "0.2 points above 4 of 5"


def sessions(*since: int) -> pd.DataFrame:
    return pd.DataFrame({"days_since": list(since)})


def actions(total: int, late: int) -> pd.DataFrame:
    rows = [{"open_count": total, "overdue_count": late}] * total
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("found", "open_actions", "words"),
    [
        (sessions(), actions(0, 0), "A has no coaching session in the log; no action is open"),
        (sessions(0), actions(1, 0), "A was last coached today; 1 action is open, none overdue"),
        (sessions(1), actions(1, 1), "A was last coached 1 day ago; the open action is overdue"),
        (
            sessions(9),
            actions(2, 2),
            "A was last coached 9 days ago; both open actions are overdue",
        ),
        (
            sessions(9),
            actions(3, 3),
            "A was last coached 9 days ago; all 3 open actions are overdue",
        ),
        (
            sessions(9),
            actions(3, 1),
            "A was last coached 9 days ago; 1 of 3 open actions is overdue",
        ),
    ],
)
def test_the_title(found: pd.DataFrame, open_actions: pd.DataFrame, words: str) -> None:
    assert say.title("A", found, open_actions) == words


@pytest.mark.parametrize(
    ("hired", "words"),
    [
        (dt.date(2026, 9, 30), "here for 0 months"),
        (dt.date(2026, 8, 31), "here for 0 months"),
        (dt.date(2026, 8, 30), "here for 1 month"),
        (dt.date(2024, 9, 30), "here for 2 years"),
        (dt.date(2023, 7, 1), "here for 3 years and 2 months"),
        (dt.date(2026, 11, 1), "starts on 1 Nov 2026"),
    ],
)
def test_tenure(hired: dt.date, words: str) -> None:
    assert say.tenure(hired, dt.date(2026, 9, 30)) == words


def action(**changed: Any) -> dict[Any, Any]:
    row = {
        "due_date": dt.date(2026, 9, 20),
        "days_overdue": 10,
        "agreed_date": dt.date(2026, 9, 1),
        "coach_name": "Ann",
        "area_name": "Funnel",
        "is_rep_owned": True,
    }
    return {**row, **changed}


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ({}, "Due 20 Sep 2026, 10 days overdue"),
        ({"days_overdue": 0}, "Due today"),
        ({"days_overdue": -1}, "Due 20 Sep 2026, in 1 day"),
        ({"days_overdue": None}, "No due date"),
    ],
)
def test_when_an_action_is_due(changed: dict[str, Any], due: str) -> None:
    assert say.action_words(action(**changed))[0] == due


def test_what_is_known_of_an_action() -> None:
    assert say.action_words(action())[1] == "agreed 1 Sep 2026 with Ann, on funnel"
    told = say.action_words(action(is_rep_owned=False, coach_name=None, area_name=None))[1]
    assert told == "agreed 1 Sep 2026, for the coach to do"
    nothing = action(agreed_date=None, coach_name=None, area_name=None, is_rep_owned=None)
    assert say.action_words(nothing)[1] == ""


def test_questions_are_open_once_and_of_the_deals() -> None:
    reference = pd.DataFrame(
        [("overdue_session", 1, "What did you try?"), ("pushed_close_date", 1, "What changed?")],
        columns=["reason_code", "question_number", "question"],
    )
    to_ask = pd.DataFrame(
        [("deal", "D1", "Who decides?"), ("person", None, "What did you try?")],
        columns=["subject_type", "opportunity_id", "question"],
    )
    deals = [
        Deal({"opportunity_id": key, "opportunity_name": key, "warning_code": "pushed"}, ())
        for key in ("D1", "D2")
    ]
    found = say.questions_to_ask(to_ask, reference, deals)
    assert found == [
        Question("What did you try?"),
        Question("Who decides?", "D1"),
        Question("What changed?", "D2"),
    ]


def test_the_figure_that_stands_out_can_be_traced() -> None:
    shown = [place(value=0.3), place(measure=Measure("AF-01", "on_time"))]
    found = say.figure(shown, "people:E1", QUARTER)
    assert found == "AF-01:on_time@rep=people:E1@fiscal_quarter=2026-08-01"
    assert say.figure([place(period="FY2027 Q2")], "people:E1", QUARTER) == ""
