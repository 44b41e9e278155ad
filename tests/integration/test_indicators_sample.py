"""Indicators on the sample company, worked out a second time from core by other means."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

KEY = (
    "indicator_id, measure_id, entity_type, entity_id, period_grain, period_start, dimension, "
    "member, currency_code"
)
PUBLISHED = """
    (select * from "leading".fct_leading_indicator
     union all select * from lagging.fct_lagging_indicator)
"""


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    with duckdb.connect(
        str(sample_home / "published" / current["database"]), read_only=True
    ) as con:
        yield con


def test_registry_and_figures_name_the_same_measures(
    published: duckdb.DuckDBPyConnection, project_root: Path
) -> None:
    with (project_root / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        registry = {(row["indicator_id"], row["measure_id"]) for row in csv.DictReader(handle)}
    figures = published.execute(
        f"select distinct indicator_id, measure_id from {PUBLISHED}"
    ).fetchall()
    assert set(figures) == registry
    assert len({indicator for indicator, _ in registry}) >= 22


def test_every_grain_entity_and_timing_stands_where_the_registry_says(
    published: duckdb.DuckDBPyConnection,
) -> None:
    strays = published.execute(
        f"""
        select distinct f.indicator_id, f.measure_id, f.period_grain, f.entity_type
        from {PUBLISHED} as f
        inner join reference.indicators as r using (indicator_id, measure_id)
        where not list_contains(string_split(r.grains, ','), f.period_grain)
           or (f.dimension = 'product'
               and not list_contains(string_split(r.product_grains, ','), f.period_grain))
        """
    ).fetchall()
    assert strays == []


def test_a_ratio_is_its_numerator_over_its_denominator(
    published: duckdb.DuckDBPyConnection,
) -> None:
    wrong = published.execute(
        f"""
        select count(*)
        from {PUBLISHED} as f
        inner join reference.indicators as r using (indicator_id, measure_id)
        where r.aggregation in ('ratio', 'distinct') and f.value is not null
          and f.value <> f.numerator::double / f.denominator::double
        """
    ).fetchone()
    assert wrong == (0,)


def test_intervals_are_those_of_wilson(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        f"""
        select numerator::double, denominator::double, value_low, value_high
        from {PUBLISHED} as f
        inner join reference.indicators as r using (indicator_id, measure_id)
        where r.interval_method = 'wilson' and value_low is not null
        group by all order by all limit 500
        """
    ).fetchall()
    assert len(rows) > 100
    z = 1.959963984540054
    for won, n, low, high in rows:
        # The bounds are the roots of (p - t)^2 = z^2 t (1 - t) / n.
        p, a = won / n, 1 + z * z / n
        b = -(2 * p + z * z / n)
        root = math.sqrt(max(b * b - 4 * a * p * p, 0))
        assert low == pytest.approx(max((-b - root) / (2 * a), 0), abs=1e-9)
        assert high == pytest.approx(min((-b + root) / (2 * a), 1), abs=1e-9)


def test_concentration_and_evenness_from_the_sessions(
    published: duckdb.DuckDBPyConnection,
) -> None:
    sessions_by_rep: dict[str, int] = defaultdict(int)
    minutes_by_rep: dict[str, int] = defaultdict(int)
    minutes_by_area: dict[str, int] = defaultdict(int)
    as_of, start = published.execute(
        "select as_of_date, date_trunc('quarter', as_of_date)::date from core.dim_clock"
    ).fetchone()
    rows = published.execute(
        """
        select a.coachee_id, s.area, a.minutes, o.is_rep, s.session_date
        from core.bridge_session_attendee as a
        inner join core.fct_coaching_session as s using (session_id)
        inner join core.dim_org_version as o on a.coachee_org_key = o.org_key
        where s.is_broad and a.is_coachee_present and s.session_date between ? and ?
        """,
        [start, as_of],
    ).fetchall()
    reps = [
        row[0]
        for row in published.execute(
            "select distinct person_id from coaching.fct_rep_week where week_start + 6 >= ?",
            [start],
        ).fetchall()
    ]
    for person, area, minutes, is_rep, _ in rows:
        # A review or a sheet may not say how long a session was: it counts, without minutes.
        minutes_by_area[area] += minutes or 0
        if is_rep:
            sessions_by_rep[person] += 1
            minutes_by_rep[person] += minutes or 0

    def figure(measure: str) -> float:
        return published.execute(
            """
            select value from "leading".fct_leading_indicator
            where measure_id = ? and entity_type = 'company' and period_grain = 'quarter'
              and period_start = ? and dimension = 'all'
            """,
            [measure, start],
        ).fetchone()[0]

    values = [minutes_by_rep[rep] for rep in reps]
    pairs = sum(abs(one - other) for one in values for other in values)
    assert figure("gini_broad") == pytest.approx(pairs / (2 * len(values) * sum(values)))
    assert figure("coverage_broad") == pytest.approx(
        sum(sessions_by_rep[rep] > 0 for rep in reps) / len(reps)
    )
    parts = [minutes for area, minutes in minutes_by_area.items() if area != "unclassified"]
    shares = [part / sum(parts) for part in parts if part]
    assert figure("evenness") == pytest.approx(
        -sum(share * math.log(share) for share in shares) / math.log(5)
    )


def test_days_since_the_last_session_day_by_day(published: duckdb.DuckDBPyConnection) -> None:
    """Walk through one rep's life by hand; the model does it with windows."""
    as_of = published.execute("select as_of_date from core.dim_clock").fetchone()[0]
    begun = published.execute(
        "select min(session_date) from core.fct_coaching_session where is_broad"
    ).fetchone()[0]
    found = published.execute(
        """
        select w.person_id, w.days_since_strict, p.hire_date
        from coaching.fct_rep_week as w
        inner join core.dim_person as p using (person_id)
        where ? between w.week_start and w.week_start + 6 and p.leave_date is null
        """,
        [as_of],
    ).fetchall()
    assert found
    for person, days, hired in found:
        sessions = [
            row[0]
            for row in published.execute(
                """
                select s.session_date
                from core.bridge_session_attendee as a
                inner join core.fct_coaching_session as s using (session_id)
                where a.coachee_id = ? and a.is_coachee_present and s.is_strict
                  and not s.is_late_entry and s.session_date <= ?
                """,
                [person, as_of],
            ).fetchall()
        ]
        start = max(begun, hired) if hired else begun
        assert days == (as_of - max([start, *(day for day in sessions if day >= start)])).days


def test_every_key_is_whole_and_unique(published: duckdb.DuckDBPyConnection) -> None:
    rows, keys = published.execute(
        f"select count(*), count(distinct ({KEY})) from {PUBLISHED}"
    ).fetchone()
    nulls = published.execute(
        f"select count(*) from {PUBLISHED} where concat_ws('|', {KEY}) is null "
        + "".join(f" or {column} is null" for column in KEY.split(", "))
    ).fetchone()
    assert (rows, nulls) == (keys, (0,))


def test_coach_next_names_five_subjects_with_reason_and_question(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        select list_rank, subject_type, reason, question, observed_value, threshold
        from coaching.rpt_coach_next
        where entity_type = 'company'
        order by list_rank
        """
    ).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 5
    assert {row[1] for row in rows[:5]} == {"person", "deal"}
    assert all(row[4] >= row[5] for row in rows)
    assert all(str(row[4]) in row[2] and str(row[5]) in row[2] for row in rows)
    assert all(row[3].endswith("?") for row in rows)
