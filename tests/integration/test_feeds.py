"""Calendars, calls, courses and territories, landed as delivered and published by the real command.

Every expected figure is worked out from the files here, without the project's own code.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import feeds_company as company
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

AS_OF = dt.date(2026, 4, 30)
MIA, ANN, BOB = "people:p1", "people:p2", "people:p3"


@pytest.fixture(scope="module")
def feeds_home(
    once: Callable[[str, Callable[[Path], None]], Path],
    cli: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    config = company.write(tmp_path_factory.mktemp("feeds"))
    return once(
        "home-feeds",
        lambda home: cli("run", "--config", str(config), "--home", str(home)) and None,
    )


@pytest.fixture(scope="module")
def published(feeds_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((feeds_home / "published" / "current.json").read_text())
    with duckdb.connect(str(feeds_home / "published" / current["database"]), read_only=True) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def test_every_record_is_accounted_for(published: duckdb.DuckDBPyConnection) -> None:
    """A VEVENT and a record of a page are rows of a file, and so is what they are made of."""
    ledger = {
        (system, name, file): counts
        for system, name, file, *counts in rows(
            published,
            "select source_system, object, source_file, source_rows, accepted_rows, rejected_rows,"
            " residual_rows from quality.ledger",
        )
    }
    assert {counts[-1] for counts in ledger.values()} == {0}
    ics = f"calendar/{company.MANAGER}.ics"
    records = company.ICS.count("BEGIN:VEVENT")
    assert ledger["calendar", "entry", ics] == [records, records - 2, 2, 0]
    answers = sum(len(card["answers"]) for card in company.ANSWERED["answeredScorecards"])
    assert ledger["gong", "answered_question", "gong/page_4.json"][0] == answers
    wide = "gong/Scorecard export 2026-04-07.csv"
    assert ledger["gong", "answered_scorecard", wide] == [2, 2, 0, 0]
    assert ledger["gong", "answered_question", wide] == [5, 5, 0, 0]
    parties = sum(len(call.get("parties", ())) for call in company.CALLS["calls"])
    assert ledger["gong", "call_party", "gong/page_2.json"][0] == parties


def test_rejected_records_say_why(published: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        published,
        "select object, source_row, reason_code, column_name from quality.rejected_row"
        " order by all",
    ) == [
        ("enrolment", 4, "out_of_range", "score"),
        ("entry", 7, "unparsable", "instance_count"),
        ("entry", 8, "unparsable", "start_date"),
    ]


def test_no_private_text_is_published(
    feeds_home: Path, published: duckdb.DuckDBPyConnection
) -> None:
    """Titles, briefs, answers, subjects, and names of people outside bear the canary's word."""
    tables = rows(
        published,
        "select table_schema, table_name, column_name from information_schema.columns"
        " where data_type = 'VARCHAR'",
    )
    leaks = [
        (schema, table, column)
        for schema, table, column in tables
        if published.execute(
            f'select count(*) from "{schema}"."{table}" where lower("{column}") like '
            f"'%{company.CANARY}%' or lower(\"{column}\") like '%@acme.example%'"
        ).fetchone()
        != (0,)
    ]
    assert len(tables) > 100
    assert leaks == []
    # Of private meetings not even the builder's warehouse knows more than the time.
    with duckdb.connect(str(feeds_home / "warehouse.duckdb"), read_only=True) as con:
        private = rows(
            con,
            "select raw_subject, raw_organizer, raw_required_attendees, raw_categories, _extra"
            " from raw.calendar__event where raw_is_private in ('true', 'True', 'perhaps')",
        )
    assert private == [(None,) * 5] * 3


def weekly_starts() -> dict[dt.date, dt.datetime]:
    """Starts of the weekly meeting, in UTC, by their planned day, worked out by hand."""
    zone, day, found = ZoneInfo("Europe/Berlin"), dt.date(2026, 3, 16), {}
    while day <= AS_OF:
        start = dt.datetime.combine(day, dt.time(9), zone).astimezone(dt.UTC).replace(tzinfo=None)
        found[day] = start
        day += dt.timedelta(days=7)
    del found[dt.date(2026, 3, 23)]  # EXDATE
    found[dt.date(2026, 3, 30)] += dt.timedelta(days=1)  # moved
    return found


def test_meetings_take_place_when_they_should(published: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        published,
        "select start_at, status, minutes, moved_from_date from core.fct_calendar_event"
        " where recurrence_id = 'weekly' order by start_at",
    )
    special = {dt.date(2026, 3, 30): ("moved", 60, dt.date(2026, 3, 30)),
               dt.date(2026, 4, 6): ("cancelled", 30, None)}  # fmt: skip
    expected = [
        (start, *special.get(day, ("held", 30, None))) for day, start in weekly_starts().items()
    ]
    assert found == sorted(expected)


def test_private_and_whole_days(published: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        published,
        "select event_date, minutes, is_coaching from core.fct_calendar_event"
        " where is_private order by event_date",
    ) == [
        (dt.date(2026, 3, 17), 90, False),
        (dt.date(2026, 3, 25), 60, False),
        (dt.date(2026, 3, 26), 60, False),
    ]
    assert rows(
        published,
        "select event_date, start_at, minutes from core.fct_calendar_event where is_all_day",
    ) == [(dt.date(2026, 3, 18), None, None)]


def test_coaching_meetings_are_sessions_once(published: duckdb.DuckDBPyConnection) -> None:
    """16 March stands in the log (45 minutes) and in the calendar (30): the log's counts."""
    sessions = rows(
        published,
        "select s.session_date, s.coach_id, a.coachee_id, s.status, s.mode, a.minutes,"
        " s.source_system from core.fct_coaching_session as s"
        " inner join core.bridge_session_attendee as a using (session_id)"
        " where s.source_system <> 'gong' order by s.session_date",
    )
    days = [dt.date(2026, 3, 31) if d == dt.date(2026, 3, 30) else d for d in weekly_starts()]
    expected = [(dt.date(2026, 3, 24), MIA, BOB, "held", "one_on_one", 45, "calendar")]
    for day in days:
        logged = day == dt.date(2026, 3, 16)
        minutes = 45 if logged else 60 if day == dt.date(2026, 3, 31) else 30
        status = "cancelled" if day == dt.date(2026, 4, 6) else "held"
        system = "coaching_log" if logged else "calendar"
        expected.append((day, MIA, ANN, status, "one_on_one", minutes, system))
    assert sessions == sorted(expected, key=lambda row: row[0])
    assert rows(
        published,
        "select session_id from core.fct_calendar_event where event_date = date '2026-03-16'",
    ) == [("coaching_log:s1",)]
    # A buyer is nobody of the company, and three people are no one-on-one.
    assert rows(
        published,
        "select event_date from core.fct_calendar_event where is_coaching and event_date in"
        " (date '2026-03-19', date '2026-03-27')",
    ) == []  # fmt: skip


def test_calls_and_their_measures(published: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        published,
        "select call_id, owner_id, call_date, rep_speech_seconds, other_speech_seconds,"
        " question_count, longest_monologue_seconds, is_customer_call, opportunity_id, account_id"
        " from core.fct_call order by started_at",
    ) == [
        (f"gong:{company.BIG_ID}", ANN, dt.date(2026, 4, 1), round(0.4321 * 1800),
         round((1 - 0.4321) * 1800), 7, 62, True, "salesforce:006000000000001",
         "salesforce:001000000000001"),
        ("gong:2", BOB, dt.date(2026, 4, 2), 100, 251, None, None, False, None, None),
    ]  # fmt: skip


def test_reviews_are_sessions_and_scores(published: duckdb.DuckDBPyConnection) -> None:
    big = f"gong:{company.BIG_ID}"
    assert rows(
        published,
        "select session_id, coach_id, mode, session_date from core.fct_coaching_session"
        " where source_system = 'gong' order by session_id",
    ) == [
        (big, MIA, "call_review", dt.date(2026, 4, 3)),
        ("gong:R1", MIA, "call_review", dt.date(2026, 4, 6)),
        ("gong:R2", MIA, "call_review", dt.date(2026, 4, 7)),
    ]
    assert rows(
        published,
        "select person_id, skill, cast(score as int), cast(score_maximum as int), scored_by_id,"
        " session_id, call_id, is_machine_score from core.fct_skill_score order by skill_score_id",
    ) == [
        (ANN, "Sets an agenda", 4, 5, MIA, big, big, False),
        (ANN, "overall", 8, 10, MIA, big, big, False),
        (BOB, "Sets an agenda", 3, 5, None, None, "gong:2", True),
        # From the sheet with a column per question: an open answer is no score.
        (BOB, "Asks openly", 5, 5, MIA, "gong:R1", "gong:2", False),
        (BOB, "overall", 7, 10, MIA, "gong:R1", "gong:2", False),
        (BOB, "Sets an agenda", 3, 5, MIA, "gong:R1", "gong:2", False),
        (ANN, "overall", 6, 10, MIA, "gong:R2", big, False),
        (ANN, "Sets an agenda", 4, 5, MIA, "gong:R2", big, False),
    ]


def test_courses_and_assessments(published: duckdb.DuckDBPyConnection) -> None:
    done, completed = dt.date(2026, 2, 1), dt.timedelta(days=365)
    assert rows(
        published,
        "select person_id, course_id, skill, completed_date, expires_date, status"
        " from core.fct_training order by person_id",
    ) == [
        (ANN, "C1", "negotiation", done, done + completed, "completed"),
        (BOB, "C1", "negotiation", None, None, "assigned"),
    ]
    given = pd.read_csv(io.StringIO(company.ASSESSMENTS))
    given["day"] = pd.to_datetime(given["Taken At"]).dt.date
    ann = given[given["User Email"] == company.ANN]
    expected = [
        (ANN, float(s), (d - done).days) for s, d in zip(ann["Score (%)"], ann["day"], strict=True)
    ]
    expected.append((BOB, 60.0, None))
    found = rows(
        published,
        "select person_id, cast(score_percent as double), days_since_training"
        " from core.fct_assessment order by person_id, taken_at",
    )
    assert found == expected


def test_territories_and_plans(published: duckdb.DuckDBPyConnection) -> None:
    forever, always = dt.date(9999, 12, 31), dt.date(1900, 1, 1)
    change = dt.date(2026, 4, 1)
    assert rows(
        published,
        "select territory_id, member_id, is_target, valid_from, valid_to"
        " from core.bridge_territory order by member_id",
    ) == [
        ("reference:T2", ANN, None, dt.date(2026, 1, 1), change),
        ("reference:T2", BOB, None, change, forever),
        ("reference:T2", "salesforce:001000000000001", True, always, forever),
        ("reference:T2", "salesforce:001000000000002", False, always, forever),
    ]
    assert rows(published, "select territory_id, parent_territory_id from core.dim_territory"
                " order by territory_id") == [
        ("reference:T1", None), ("reference:T2", "reference:T1"),
    ]  # fmt: skip
    assert rows(
        published,
        "select plan_kind, person_id, opportunity_id, account_id, is_complete from core.fct_plan"
        " order by plan_id",
    ) == [
        ("deal", ANN, "salesforce:006000000000001", "salesforce:001000000000001", True),
        ("call", BOB, None, "salesforce:001000000000002", False),
    ]


def test_nobody_from_outside_is_listed_as_unmatched(published: duckdb.DuckDBPyConnection) -> None:
    assert rows(published, "select alias from core.dim_unmatched_person") == []
