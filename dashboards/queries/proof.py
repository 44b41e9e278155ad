"""What the page on proof asks: coached against other deals, what goes before what, and claims.

Two of these answers are for anyone with a scope. The associations are of the whole company, from
ten managers on, and have no column for a person or a part of the organisation; the benchmarks are
published claims. The comparison of deals is of an entity, and stands under its predicate.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Entity, Measure, Period, frame
from dashboards.queries.scope import Scope


def cohorts(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return when the deals to be compared may have been created, the widest first.

    Columns: period_grain ('all', 'fiscal_year', 'fiscal_quarter'), period_start, period_end,
    period_label (NULL for all), is_complete, maturity_days (from which age on a deal is looked
    at). Empty where no deal of the company can be compared; a council's build has no grain 'all'.
    """
    seen = see.anyone(scope)
    sql = f"""
        with whole as (
            select
                coalesce(
                    min(case when period_grain = 'all' then period_start end), min(period_start)
                ) as period_start,
                max(maturity_days) as maturity_days,
                bool_or(period_grain = 'all') as is_shown
            from coaching.rpt_coached_deal_gap
            where entity_type = 'company'
            having count(*) > 0
        ),

        cohort as (
            select
                'all' as period_grain,
                whole.period_start,
                clock.as_of_date as period_end,
                cast(null as varchar) as period_label,
                false as is_complete,
                whole.maturity_days
            from whole
            cross join core.dim_clock as clock
            where whole.is_shown
            union all
            select
                period.period_grain,
                period.period_start,
                period.period_end,
                period.period_label,
                period.is_complete,
                whole.maturity_days
            from core.dim_period as period
            cross join whole
            cross join core.dim_clock as clock
            where period.period_grain in ('fiscal_year', 'fiscal_quarter')
                and period.period_end >= whole.period_start
                and period.period_start <= clock.as_of_date
        )

        select * from cohort
        where {seen.sql}
        order by
            case period_grain when 'all' then 1 when 'fiscal_year' then 2 else 3 end,
            period_start desc
    """
    return frame(connection, sql, seen.parameters)


def gaps(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity, cohort: Period
) -> pd.DataFrame:
    """Return coached against other deals: the naive comparison first, then landmarks by their day.

    ``cohort`` is when the deals were created. Rates are 0-1, gaps are points; ``reason_code`` says
    where too few deals stand behind a row.
    """
    seen = see.entities(scope, "gap.entity_type", "gap.entity_id")
    sql = f"""
        select
            gap.comparison,
            gap.comparison_label,
            gap.landmark_days,
            gap.maturity_days,
            gap.is_whole_cohort,
            gap.coached_deal_count,
            gap.coached_won_count,
            gap.coached_rate,
            gap.coached_low,
            gap.coached_high,
            gap.other_deal_count,
            gap.other_won_count,
            gap.other_rate,
            gap.other_low,
            gap.other_high,
            gap.left_out_deal_count,
            gap.gap_points,
            gap.gap_low_points,
            gap.gap_high_points,
            gap.reason_code
        from coaching.rpt_coached_deal_gap as gap
        where gap.entity_type = ? and gap.entity_id = ?
            and gap.period_grain = ? and gap.period_start = ?
            and {seen.sql}
        order by gap.landmark_days nulls first
    """
    chosen = [entity.entity_type, entity.entity_id, cohort.grain, cohort.start]
    return frame(connection, sql, [*chosen, *seen.parameters])


_PAIR = """
    pair.leading_indicator_id,
    pair.leading_measure_id,
    pair.lagging_indicator_id,
    pair.lagging_measure_id,
    pair.lag_months,
    pair.verdict,
    pair.is_best_lag,
    pair.correlation,
    pair.correlation_low,
    pair.correlation_high,
    pair.q_value,
    pair.rep_month_count,
    pair.rep_count,
    pair.manager_count,
    pair.hold_out_correlation,
    pair.hold_out_correlation_low,
    pair.hold_out_correlation_high,
    pair.hold_out_rep_month_count,
    pair.is_significant,
    pair.is_confirmed,
    pair.is_stronger_than_same_month,
    pair.is_as_hoped,
    pair.shares_cases,
    pair.reason_code
"""


def pairs(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row per leading and lagging measure, at the lag that its verdict is about.

    What leads comes first, what could not be asked last. Besides the names, the columns are those
    of ``leading.rpt_lead_lag``.
    """
    seen = see.anyone(scope)
    sql = f"""
        select {_PAIR}, leads.name as leading_name, outcome.name as lagging_name
        from "leading".rpt_lead_lag as pair
        left join reference.indicators as leads
            on pair.leading_indicator_id = leads.indicator_id
            and pair.leading_measure_id = leads.measure_id
        left join reference.indicators as outcome
            on pair.lagging_indicator_id = outcome.indicator_id
            and pair.lagging_measure_id = outcome.measure_id
        where pair.is_best_lag and {seen.sql}
        order by
            case
                when pair.verdict = 'too_little_data' then 5
                when pair.shares_cases then 4
                when pair.verdict = 'leads' then 1
                when pair.verdict = 'moves_with' then 2
                else 3
            end,
            abs(pair.correlation) desc nulls last,
            pair.leading_indicator_id,
            pair.leading_measure_id,
            pair.lagging_indicator_id,
            pair.lagging_measure_id
    """
    return frame(connection, sql, seen.parameters)


def lags(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, leads: Measure, outcome: Measure
) -> pd.DataFrame:
    """Return a pair at every lag that was asked, by lag; the correlation is NULL where too few."""
    seen = see.anyone(scope)
    sql = f"""
        select {_PAIR}
        from "leading".rpt_lead_lag as pair
        where pair.leading_indicator_id = ? and pair.leading_measure_id = ?
            and pair.lagging_indicator_id = ? and pair.lagging_measure_id = ?
            and {seen.sql}
        order by pair.lag_months
    """
    chosen = [leads.indicator_id, leads.measure_id, outcome.indicator_id, outcome.measure_id]
    return frame(connection, sql, [*chosen, *seen.parameters])


def benchmarks(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the published figures with their provenance, those that contradict each other first.

    Columns: figure, value, unit, source, year, sample, seen_on, seen_at, care, confidence,
    conflicting_figure, conflicting_value, conflicting_seen_on (NULL where none is known).
    """
    seen = see.anyone(scope)
    sql = f"""
        select
            claim.figure,
            cast(claim.value as double) as value,
            claim.unit,
            claim.source,
            claim.year,
            claim.sample,
            claim.seen_on,
            claim.seen_at,
            claim.care,
            claim.confidence,
            other.figure as conflicting_figure,
            cast(other.value as double) as conflicting_value,
            other.unit as conflicting_unit,
            other.seen_on as conflicting_seen_on
        from reference.benchmark as claim
        left join reference.benchmark as other on claim.conflicts_with = other.benchmark_id
        where {seen.sql}
        order by
            other.benchmark_id is null,
            least(claim.benchmark_id, coalesce(other.benchmark_id, claim.benchmark_id)) desc,
            claim.year desc nulls last,
            claim.benchmark_id
    """
    return frame(connection, sql, seen.parameters)
