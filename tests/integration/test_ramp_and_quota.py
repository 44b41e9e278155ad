"""Quota and ramp of the sample company, counted rep by rep in Python from the tables of core."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import duckdb
import pytest

DAY = dt.timedelta(days=1)
Hire = tuple[str, dt.date, dt.date | None]
Life = tuple[int, bool]


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        yield con


def wins_of(published: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    found = defaultdict(list)
    for person, *rest in published.execute(
        """
        select c.person_id, c.credit_date, c.currency_code, c.amount, c.reporting_amount
        from core.fct_opportunity_credit as c
        inner join core.fct_opportunity as o using (opportunity_id)
        where o.is_won and o.is_closed and not o.is_deleted
        """
    ).fetchall():
        found[person].append(tuple(rest))
    return found


def time_of_half(lives: list[Life]) -> int | None:
    """Take the first time by which half had the event; the others are watched as long as told."""
    still = 1.0
    for time in sorted({length for length, _ in lives}):
        events = sum(length == time and is_event for length, is_event in lives)
        still *= 1 - events / sum(length >= time for length, _ in lives)
        if still <= 0.5 + 1e-12:
            return time
    return None


def months_later(day: dt.date, count: int) -> dt.date:
    month = day.month - 1 + count
    return dt.date(day.year + month // 12, month % 12 + 1, 1)


def test_reps_at_quota_quarter_by_quarter(published: duckdb.DuckDBPyConnection) -> None:
    all_wins = wins_of(published)
    quotas = defaultdict(list)
    for person, *rest in published.execute(
        "select person_id, period_start, period_end, currency_code, quota_amount "
        "from core.fct_quota where not is_deleted and person_id <> '(unassigned)'"
    ).fetchall():
        quotas[person].append(tuple(rest))
    roles = defaultdict(list)
    for person, role, start, end in published.execute(
        "select person_id, role, valid_from, valid_to from core.dim_person_history"
    ).fetchall():
        roles[person].append((role, start, end))
    people = {
        person: (hired or dt.date.min, left or dt.date.max)
        for person, hired, left in published.execute(
            "select person_id, hire_date, leave_date from core.dim_person "
            "where leave_date_source is distinct from 'never_seen'"
        ).fetchall()
    }
    figures = published.execute(
        """
        select f.period_start, p.period_end, f.numerator, f.denominator
        from lagging.fct_lagging_indicator as f
        inner join core.dim_period as p using (period_grain, period_start)
        where f.indicator_id = 'QU-02' and f.measure_id = 'at_quota'
          and f.entity_type = 'company' and f.period_grain = 'fiscal_quarter' and p.is_complete
          and f.value is not null
        """
    ).fetchall()
    assert len(figures) >= 3
    for start, end, numerator, denominator in figures:
        days = [start + n * DAY for n in range((end - start).days + 1)]
        reached = asked = 0
        for person, listed in quotas.items():
            hired, left = people[person]
            if not all(
                hired <= day <= left
                and any(a <= day <= b for a, b, _, _ in listed)
                and any(r == "rep" and a <= day < b for r, a, b in roles[person])
                for day in days
            ):
                continue
            asked += 1
            owed: dict[str, float] = defaultdict(float)
            for a, b, currency, amount in listed:
                share = sum(a <= day <= b for day in days) / ((b - a).days + 1)
                owed[currency] += float(amount) * share
            reached += all(
                sum(
                    float(c[2])
                    for c in all_wins[person]
                    if c[1] == currency and start <= c[0] <= end
                )
                >= amount - 1e-6
                for currency, amount in owed.items()
                if amount > 0
            )
        assert (int(numerator), int(denominator)) == (reached, asked)


def test_the_first_deal_and_productivity_of_each_hire(
    published: duckdb.DuckDBPyConnection,
) -> None:
    all_wins = wins_of(published)
    as_of = published.execute("select as_of_date from core.dim_clock").fetchone()[0]
    roster = published.execute(
        """
        select person_id, hire_date, leave_date from core.dim_person
        where hire_date is not null and leave_date_source is distinct from 'never_seen'
        """
    ).fetchall()
    roles = published.execute(
        "select person_id, valid_from, valid_to from core.dim_person_history where role = 'rep'"
    ).fetchall()

    def is_rep(person: str, day: dt.date) -> bool:
        return any(p == person and a <= day < b for p, a, b in roles)

    first = (
        published.execute("select min(created_date) from core.fct_opportunity where not is_deleted")
        .fetchone()[0]
        .replace(day=1)
    )

    def three_months(person: str, hired: dt.date, month: dt.date) -> float:
        start = max(months_later(month, -2), hired.replace(day=1), first)
        end = months_later(month, 1)
        return sum(float(c[3] or 0) for c in all_wins[person] if start <= c[0] < end)

    def bar(month: dt.date) -> float:
        end = months_later(month, 1) - DAY
        won = [
            three_months(person, hired, month)
            for person, hired, left in roster
            if (left is None or left >= end)
            and is_rep(person, end)
            and months_later(hired - DAY, 13) <= months_later(month, 1)
            and months_later(month, -2) >= first
        ]
        return median(won) * 0.8 if len(won) >= 3 else 0.0

    def first_deal(hire: Hire) -> Life:
        person, hired, left = hire
        until = min(left or as_of, as_of)
        wins = [c[0] for c in all_wins[person] if hired <= c[0] <= until]
        return (min(wins, default=until) - hired).days, bool(wins)

    def productivity(hire: Hire) -> Life:
        person, hired, left = hire
        month, number = hired.replace(day=1), int(hired.day == 1)
        last = 0
        while months_later(month, 1) - DAY <= min(left or as_of, as_of):
            last = number
            if 0 < bar(month) <= three_months(person, hired, month) + 1e-6:
                return number, True
            month, number = months_later(month, 1), number + 1
        return last, False

    values = []
    for measure, cohort, value, count in published.execute(
        """
        select indicator_id, period_start, value, observation_count
        from lagging.fct_lagging_indicator
        where indicator_id in ('RA-01', 'RA-02') and entity_type = 'company'
          and period_grain = 'quarter' and observation_count > 0
        """
    ).fetchall():
        hires = [
            (person, hired, left)
            for person, hired, left in roster
            if cohort <= hired < months_later(cohort, 3)
            and hired <= as_of
            and is_rep(person, hired)
        ]
        assert len(hires) == count
        times = [first_deal(hire) if measure == "RA-01" else productivity(hire) for hire in hires]
        assert value == time_of_half(times)
        values.append(value)
    assert len(values) >= 4
    assert sum(value is not None for value in values) >= 3
