"""Coached deals win more where coaching does nothing, and a landmark says so.

The model's own SQL, as it was compiled for the smallest company, runs over the deals and sessions
of raw files that are enough to tell a gap from chance (``truth_company.py``); what is planted in
which region stands in docs/sample-company.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import duckdb
import pytest
import truth_company
from sample_files import read_sample

ERRORS = 4.0
LANDMARKS = ("landmark_30", "landmark_60", "landmark_90")
CORE = {
    "dim_clock": """
        select date '2026-09-30' as as_of_date, null::date as coaching_began_date,
            null::date as coaching_whole_from_date
    """,
    "fct_opportunity": """
        select deal_id as opportunity_id, region as owner_org_key, created_date, close_date,
            outcome, outcome = 'won' as is_won, outcome <> 'open' as is_closed,
            date_diff('day', created_date, close_date) as cycle_days, false as is_deleted
        from deal
    """,
    "fct_coaching_session": """
        select s.deal_id as opportunity_id, s.session_date, false as is_deleted, true as is_broad,
            coalesce(
                s.session_date >= d.created_date
                and (d.outcome = 'open' or s.session_date < d.close_date),
                false
            ) as is_deal_coaching
        from session as s
        left join deal as d using (deal_id)
        where s.status = 'held'
    """,
    "bridge_org_entity": """
        select region as org_key, 'region' as entity_type, region as entity_id
        from deal group by all
        union all
        select region, 'company', 'company' from deal group by all
    """,
    "bridge_date_period": """
        select created_date as date_day, 'quarter' as period_grain,
            date_trunc('quarter', created_date)::date as period_start
        from deal group by all
    """,
    "dim_period": """
        select 'quarter' as period_grain, date_trunc('quarter', created_date)::date as period_start,
            (date_trunc('quarter', created_date) + interval 3 month)::date - 1 as period_end
        from deal group by all
    """,
}
GRAIN = "select 'IM-01' as indicator_id, 'quarter' as period_grain"

Counts = tuple[int, int, int, int]
Gap = tuple[float, float, float]
Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="module")
def gaps(once: Once, sample_home: Path) -> duckdb.DuckDBPyConnection:
    """The table that the model makes of that company."""
    folder = once(truth_company.NAME, truth_company.write_truth_company)
    (compiled,) = sample_home.glob("builds/*/dbt/run/compiled/**/ind_deal_gap.sql")
    con = read_sample(folder)
    con.execute("attach ':memory:' as warehouse")
    con.execute("create schema warehouse.core; create schema warehouse.intermediate")
    for table, sql in CORE.items():
        con.execute(f"create table warehouse.core.{table} as {sql}")
    con.execute(f"create table warehouse.intermediate.ind_registry_grain as {GRAIN}")
    con.execute(f"create table gap as {compiled.read_text(encoding='utf-8')}")
    return con


def counts_of(gaps: duckdb.DuckDBPyConnection, regions: tuple[str, ...], comparison: str) -> Counts:
    """Won and decided deals, coached and others, of some regions over all quarters."""
    row = gaps.execute(
        "select sum(coached_won_count)::int, sum(coached_deal_count)::int, "
        "sum(other_won_count)::int, sum(other_deal_count)::int from gap "
        "where entity_id in (select unnest(?)) and comparison = ? and period_grain = 'all'",
        [list(regions), comparison],
    ).fetchone()
    assert row is not None
    return row


def newcombe(won: int, n: int, other_won: int, other_n: int, *, z: float) -> Gap:
    """Difference of two rates in points and its hybrid score interval."""
    ends = []
    for hits, count in ((won, n), (other_won, other_n)):
        # The ends are the roots of (p - t)^2 = z^2 t (1 - t) / n.
        p, a = hits / count, 1 + z * z / count
        b = -(2 * p + z * z / count)
        root = math.sqrt(b * b - 4 * a * p * p)
        ends.append((p, (-b - root) / (2 * a), (-b + root) / (2 * a)))
    (p, low, high), (q, other_low, other_high) = ends
    gap = p - q
    return (
        100 * gap,
        100 * (gap - math.hypot(p - low, other_high - q)),
        100 * (gap + math.hypot(high - p, q - other_low)),
    )


def test_rates_and_intervals_are_those_of_wilson_and_newcombe(
    gaps: duckdb.DuckDBPyConnection,
) -> None:
    rows = gaps.execute(
        "select coached_won_count, coached_deal_count, other_won_count, other_deal_count, "
        "gap_points, gap_low_points, gap_high_points from gap where gap_points is not null"
    ).fetchall()
    assert len(rows) > 100
    for row in rows:
        expected = newcombe(*row[:4], z=NormalDist().inv_cdf(0.975))
        assert row[4:] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("regions", [("North America",), ("DACH", "Asia Pacific")])
def test_the_naive_gap_is_there_where_nobody_chose_deals(
    gaps: duckdb.DuckDBPyConnection, regions: tuple[str, ...]
) -> None:
    _, low, _ = newcombe(*counts_of(gaps, regions, "naive"), z=ERRORS)

    assert low > 0


@pytest.mark.parametrize("comparison", LANDMARKS)
@pytest.mark.parametrize("region", ["North America", "DACH", "Asia Pacific"])
def test_a_landmark_leaves_no_gap_where_nobody_chose_deals(
    gaps: duckdb.DuckDBPyConnection, region: str, comparison: str
) -> None:
    _, low, high = newcombe(*counts_of(gaps, (region,), comparison), z=ERRORS)

    assert low < 0 < high


# Nobody is coached early there, so that a landmark can be set at days 60 and 90 only.
@pytest.mark.parametrize("comparison", LANDMARKS[1:])
def test_a_landmark_does_not_take_away_that_deals_were_chosen(
    gaps: duckdb.DuckDBPyConnection, comparison: str
) -> None:
    _, low, _ = newcombe(*counts_of(gaps, ("Southern Europe",), comparison), z=ERRORS)

    assert low > 0


def test_the_company_is_the_sum_of_its_regions(gaps: duckdb.DuckDBPyConnection) -> None:
    rows = gaps.execute(
        """
        select period_grain, period_start, comparison, entity_type = 'company' as is_company,
            sum(coached_deal_count), sum(other_deal_count), sum(coached_won_count),
            sum(other_won_count), sum(left_out_deal_count)
        from gap group by all order by all
        """
    ).fetchall()
    assert len(rows) > 40
    for parts, whole in zip(rows[::2], rows[1::2], strict=True):
        assert parts[:3] == whole[:3]
        assert parts[4:] == whole[4:]
