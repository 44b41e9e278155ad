"""What the page on results asks beside the series of its indicators.

Attainment by part, what became of closed deals, forecasts by their day, and how new hires come on.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Entity, Period, frame, padded
from dashboards.queries.scope import Scope

_LAST_PERIODS = """
    select period_start, period_end, period_label, is_complete
    from core.dim_period
    where period_grain = ? and period_start <= ?
    order by period_start desc
    limit ?
"""

# The parts of an entity in a period; asked with grain, start, type, id, id and type.
_PARTS_IN_PERIOD = """
    with span as (
        select
            period.period_grain,
            period.period_start,
            least(period.period_end, clock.as_of_date) as last_day
        from core.dim_period as period
        cross join core.dim_clock as clock
        where period.period_grain = ? and period.period_start = ?
    ),

    own as (
        select version.org_key
        from core.bridge_org_entity as entity
        join core.dim_org_version as version on entity.org_key = version.org_key
        join span
            on version.valid_from <= span.last_day and span.period_start < version.valid_to
        where entity.entity_type = ? and entity.entity_id = ?
    ),

    reporting as (
        select distinct line.person_id
        from core.dim_reporting_line as line
        join span on line.valid_from <= span.last_day and span.last_day < line.valid_to
        where line.ancestor_id = ? and line.depth = 1
    ),

    part as (
        select distinct part.entity_type, part.entity_id
        from own
        join core.bridge_org_entity as part on own.org_key = part.org_key
        where part.entity_id <> '(unassigned)' and case ?
            when 'company' then part.entity_type = 'region'
            when 'region' then part.entity_type = 'team'
            when 'team' then part.entity_type = 'rep'
            when 'manager_org' then part.entity_type = 'rep'
                or (
                    part.entity_type = 'manager_org'
                    and part.entity_id in (select person_id from reporting)
                )
            else false
        end
    )
"""


def parts(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
) -> pd.DataFrame:
    """Return the attainment of each part of an entity in a period, each currency by itself.

    The parts of the company are its regions, of a region its teams, of a team its reps; of a
    manager's organisation those of the managers who report to that manager, or else the reps.
    Columns: entity_type, entity_id, name, currency_code, won_amount, quota_amount (of the days
    gone by), value, observation_count; regions and teams by attainment, persons by
    name. What was won in a
    currency without a quota is in none of them.
    """
    seen = see.entities(scope, "part.entity_type", "part.entity_id")
    sql = f"""
        {_PARTS_IN_PERIOD}
        select
            part.entity_type,
            part.entity_id,
            coalesce(person.full_name, team.team_name, part.entity_id) as name,
            fact.currency_code,
            cast(fact.numerator as double) as won_amount,
            cast(fact.denominator as double) as quota_amount,
            fact.value,
            fact.observation_count
        from part
        cross join span
        join lagging.fct_lagging_indicator as fact
            on part.entity_type = fact.entity_type
            and part.entity_id = fact.entity_id
            and span.period_grain = fact.period_grain
            and span.period_start = fact.period_start
        left join core.dim_person as person
            on part.entity_type in ('rep', 'manager_org') and part.entity_id = person.person_id
        left join core.dim_team as team
            on part.entity_type = 'team' and part.entity_id = team.team_id
        where fact.indicator_id = 'QU-01'
            and fact.measure_id = 'attainment_to_date'
            and fact.dimension = 'all'
            and fact.value is not null
            and {seen.sql}
        qualify part.entity_type <> 'rep'
            or count(*) filter (part.entity_type <> 'rep') over () = 0
        order by
            case when part.entity_type in ('region', 'team') then fact.value end desc nulls last,
            name,
            part.entity_id,
            fact.currency_code
    """
    named = [entity.entity_type, entity.entity_id, entity.entity_id, entity.entity_type]
    asked = [period.grain, period.start, *named, *seen.parameters]
    return frame(connection, sql, asked)


def outcomes(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    length: int = 8,
) -> pd.DataFrame:
    """Return what the deals closed in up to ``length`` periods that end with ``period`` became.

    Columns: period_start, period_label, is_complete, won_count, lost_count, no_decision_count,
    disqualified_count, closed_count, and no_decision_share with its Wilson interval (share_low,
    share_high); the oldest first. Empty in a council's build, which tells of no single deal.
    """
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    deals = padded(
        "core.fct_opportunity",
        owner_org_key="varchar",
        close_date="date",
        outcome="varchar",
        is_closed="boolean",
    )
    sql = f"""
        with last_period as ({_LAST_PERIODS}),

        counted as (
            select
                last_period.period_start,
                last_period.period_label,
                last_period.is_complete,
                count(*) filter (deal.outcome = 'won') as won_count,
                count(*) filter (deal.outcome = 'lost') as lost_count,
                count(*) filter (deal.outcome = 'no_decision') as no_decision_count,
                count(*) filter (deal.outcome = 'disqualified') as disqualified_count,
                count(*) as closed_count
            from {deals} as deal
            join core.bridge_org_entity as entity on deal.owner_org_key = entity.org_key
            cross join core.dim_clock as clock
            join last_period
                on deal.close_date between last_period.period_start and last_period.period_end
            where deal.is_closed
                and not deal.is_deleted
                and deal.close_date <= clock.as_of_date
                and entity.entity_type = ?
                and entity.entity_id = ?
                and {seen.sql}
            group by all
        ),

        shared as (
            select
                *,
                no_decision_count / closed_count as no_decision_share,
                3.841458820694124 / closed_count as part
            from counted
        ),

        spread as (
            select
                *,
                (no_decision_share + part / 2) / (1 + part) as middle,
                sqrt(part * (no_decision_share * (1 - no_decision_share) + part / 4)) / (1 + part)
                    as half
            from shared
        )

        select
            * exclude (part, middle, half),
            greatest(middle - half, 0) as share_low,
            least(middle + half, 1) as share_high
        from spread
        order by period_start
    """
    asked = [period.grain, period.start, length, entity.entity_type, entity.entity_id]
    return frame(connection, sql, [*asked, *seen.parameters])


def forecasts(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    length: int = 8,
) -> pd.DataFrame:
    """Return forecast accuracy and bias by the day of the forecast, the oldest period first.

    Columns: measure_id ('accuracy', 'bias'), kind ('day_1', 'day_30', 'day_60'), currency_code
    (the reporting currency), period_start, period_label, is_complete, numerator, denominator (what
    was won), value, observation_count, reason_code; up to ``length`` periods.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    sql = f"""
        with last_period as ({_LAST_PERIODS})

        select
            fact.measure_id,
            fact.member as kind,
            fact.currency_code,
            last_period.period_start,
            last_period.period_label,
            last_period.is_complete,
            cast(fact.numerator as double) as numerator,
            cast(fact.denominator as double) as denominator,
            fact.value,
            fact.observation_count,
            fact.reason_code
        from lagging.fct_lagging_indicator as fact
        join last_period on fact.period_start = last_period.period_start
        where fact.indicator_id = 'PI-13'
            and fact.dimension = 'kind'
            and fact.entity_type = ?
            and fact.entity_id = ?
            and fact.period_grain = ?
            and {seen.sql}
        order by last_period.period_start, fact.measure_id, fact.member
    """
    asked = [period.grain, period.start, length, entity.entity_type, entity.entity_id, period.grain]
    return frame(connection, sql, [*asked, *seen.parameters])


def ramp(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    until: object,
    length: int = 3,
) -> pd.DataFrame:
    """Return how fast the reps hired in each of the last ``length`` fiscal years come on.

    The last of the years is the one that holds the day ``until``. By Kaplan and Meier over the
    lives behind RA-02: columns cohort, cohort_start, hired_count, months (full months since the
    hire), reached_count (in that month), arrived_count (in all), watched_count (still without at
    its beginning; never fewer than five, or a tenth of the hires), share (who has reached it by
    then). A year with fewer than five hires has no rows: its curve would be
    that of single people. Empty in a council's build.
    """
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    sql = f"""
        with cohort as (
            select period_start, period_end, period_label
            from core.dim_period
            where period_grain = 'fiscal_year' and period_start <= ?
            order by period_start desc
            limit ?
        ),

        stepped as (
            select
                cohort.period_start,
                cohort.period_label,
                life.duration,
                count(*) as ended_count,
                count(*) filter (life.is_event) as reached_count
            from indicators.ind_productivity as life
            join core.bridge_org_entity as entity on life.org_key = entity.org_key
            join cohort on life.date_day between cohort.period_start and cohort.period_end
            where entity.entity_type = ? and entity.entity_id = ? and {seen.sql}
            group by all
        ),

        watched as (
            select
                *,
                sum(ended_count) over (partition by period_start) as hired_count,
                sum(reached_count) over (partition by period_start) as arrived_count,
                sum(ended_count) over (partition by period_start order by duration desc)
                    as watched_count
            from stepped
        )

        select
            period_label as cohort,
            period_start as cohort_start,
            cast(hired_count as bigint) as hired_count,
            duration as months,
            reached_count,
            cast(arrived_count as bigint) as arrived_count,
            cast(watched_count as bigint) as watched_count,
            1 - product(1 - reached_count / watched_count) over (
                partition by period_start order by duration
            ) as share
        from watched
        where hired_count >= 5
        -- Where few are still watched one arrival would be a leap of the whole curve.
        qualify watched_count >= greatest(5, 0.1 * hired_count)
        order by period_start, duration
    """
    asked = [until, length, entity.entity_type, entity.entity_id]
    return frame(connection, sql, [*asked, *seen.parameters])
