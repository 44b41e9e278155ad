"""Coaching activity of the sample company, session by session in Python, against the figures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

QUARTER = dt.date(2026, 7, 1)
YEAR = dt.date(2026, 1, 1)
LAST = dt.date(2026, 9, 30)
_LEADING = {"skill_gap", "stalled_deal", "behavior"}


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        yield con


def _figure(
    con: duckdb.DuckDBPyConnection,
    indicator: str,
    measure: str,
    entity: str = "company",
    period: tuple[str, dt.date] = ("quarter", QUARTER),
) -> tuple[float, float]:
    row = con.execute(
        """
        select numerator::double, denominator::double
        from "leading".fct_leading_indicator
        where indicator_id = ? and measure_id = ? and entity_id = ?
          and entity_type = case when entity_id = 'company' then 'company' else 'manager' end
          and period_grain = ? and period_start = ? and dimension = 'all'
        """,
        [indicator, measure, entity, *period],
    ).fetchone()
    assert row is not None, (indicator, measure, entity)
    return row


def _sessions(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """List the sessions that are neither deleted nor inspections."""
    cursor = con.execute(
        """
        select * from core.fct_coaching_session
        where not is_deleted and mode is distinct from 'inspection'
        """
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_strict_and_leading_shares_of_the_company(published: duckdb.DuckDBPyConnection) -> None:
    held = [
        row
        for row in _sessions(published)
        if row["status"] == "held" and QUARTER <= row["session_date"] <= LAST
    ]
    known = [row for row in held if row["session_trigger"] not in (None, "other")]
    leading = [row for row in known if row["session_trigger"] in _LEADING]

    assert 0 < len(leading) < len(known) < len(held)
    assert _figure(published, "CO-03", "share") == (
        sum(row["is_strict"] for row in held),
        len(held),
    )
    assert _figure(published, "LD-01", "share") == (len(leading), len(known))
    assert _figure(published, "LD-01", "trigger_known") == (len(known), len(held))


def test_planned_sessions_of_the_company(published: duckdb.DuckDBPyConnection) -> None:
    """Nothing in the sample is told twice; so each row is a session that was planned."""
    planned = disturbed = by_rep = landed = fridays = 0
    for row in _sessions(published):
        day = row["moved_from_date"] or row["session_date"]
        if row["status"] == "excused" or not YEAR <= day <= LAST:
            continue
        has_new_day = day != row["session_date"]
        is_moved = has_new_day or row["status"] == "moved"
        if row["status"] == "scheduled" and not is_moved:
            continue
        planned += 1
        if is_moved or row["status"] == "cancelled":
            by_rep += row["cancelled_by"] == "rep"
            disturbed += row["cancelled_by"] != "rep"
        landed += has_new_day
        fridays += has_new_day and row["session_date"].weekday() == 4

    assert by_rep > 0
    assert fridays > 0
    assert planned > disturbed
    assert _figure(published, "CO-07", "rate", period=("year", YEAR)) == (disturbed, planned)
    assert _figure(published, "CO-07", "by_rep", period=("year", YEAR)) == (by_rep, planned)
    # All of the sample's people work from Monday to Friday.
    assert _figure(published, "CO-08", "last_day", period=("year", YEAR)) == (fridays, landed)


def test_time_of_a_manager_who_had_reps_all_quarter(published: duckdb.DuckDBPyConnection) -> None:
    (manager,) = published.execute(
        "select person_id from core.dim_person where full_name = 'Rafael Roux'"
    ).fetchone()
    minutes = {"strict": 0, "broad": 0}
    for row in _sessions(published):
        if row["coach_id"] == manager and row["is_held"] and QUARTER <= row["session_date"] <= LAST:
            minutes["broad"] += row["duration_minutes"] or 0
            minutes["strict"] += (row["duration_minutes"] or 0) * row["is_strict"]
    days = [QUARTER + dt.timedelta(number) for number in range((LAST - QUARTER).days + 1)]
    working = sum(day.weekday() < 5 for day in days)

    assert 0 < minutes["strict"] < minutes["broad"]
    for measure, total in minutes.items():
        assert _figure(published, "CO-05", measure, manager) == (total, 480 * working)


def test_earliness_of_the_deals_that_closed(published: duckdb.DuckDBPyConnection) -> None:
    begun = published.execute(
        "select min(session_date) from core.fct_coaching_session where is_broad"
    ).fetchone()[0]
    days: dict[str, list[dt.date]] = {}
    for row in _sessions(published):
        if row["is_held"] and row["opportunity_id"]:
            days.setdefault(row["opportunity_id"], []).append(row["session_date"])
    shares = []
    for deal, created, closed in published.execute(
        """
        select opportunity_id, created_date, close_date from core.fct_opportunity
        where is_closed and not is_deleted and close_date between ? and ? and created_date >= ?
        """,
        [QUARTER, LAST, begun],
    ).fetchall():
        if fits := [day for day in days.get(deal, []) if created <= day < closed]:
            shares.append((min(fits) - created).days / (closed - created).days)

    total, count = _figure(published, "CO-13", "earliness")
    assert count == len(shares) > 5
    assert total == pytest.approx(sum(shares), abs=1e-5)


def test_only_managers_that_were_observed_keep_their_windows(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Walk through each manager's days; the model numbers and groups them."""
    posts = published.execute(
        """
        select person_id, manager_id, is_rep, valid_from, valid_to from core.dim_person_history
        """
    ).fetchall()
    employed = {
        person: (hired or dt.date.min, left or dt.date.max)
        for person, hired, left in published.execute(
            "select person_id, hire_date, leave_date from core.dim_person"
        ).fetchall()
    }
    observed = {
        (coachee, day)
        for coachee, day in published.execute(
            """
            select a.coachee_id, s.session_date
            from core.fct_coaching_session as s
            inner join core.bridge_session_attendee as a using (session_id)
            inner join core.dim_reporting_line as l
                on l.person_id = a.coachee_id and l.ancestor_id = s.coach_id
                and s.session_date >= l.valid_from and s.session_date < l.valid_to
            where s.is_broad and not s.is_late_entry and a.is_coachee_present
            """
        ).fetchall()
    }
    day = published.execute(
        "select min(session_date) from core.fct_coaching_session where is_broad"
    ).fetchone()[0]
    (every,) = published.execute(
        "select every_n_days from core.dim_coaching_policy where role = 'manager'"
    ).fetchone()
    lives: dict[str, list[dt.date]] = {}
    while day <= LAST:
        at_work = {person for person, (hired, left) in employed.items() if hired <= day <= left}
        for person in {
            manager
            for rep, manager, is_rep, begins, ends in posts
            if is_rep and rep in at_work and begins <= day < ends and manager in at_work
        }:
            lives.setdefault(person, []).append(day)
        day += dt.timedelta(1)
    windows = [
        (person, life[start : start + every])
        for person, life in lives.items()
        for start in range(0, len(life) - every + 1, every)
        if QUARTER <= life[start + every - 1] <= LAST
    ]
    kept = sum(any((person, day) in observed for day in window) for person, window in windows)

    assert 0 < kept < len(windows)
    assert _figure(published, "CO-11", "rate") == (kept, len(windows))
