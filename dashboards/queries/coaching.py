"""What the coaching page asks: who was coached when, on what, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import (
    Entity,
    Measure,
    Period,
    frame,
    indicator_facts,
    measure_filter,
)
from dashboards.queries.scope import Scope


def rep_weeks(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    until: dt.date,
    is_strict: bool = True,
    weeks: int = 13,
    limit: int = 40,
) -> pd.DataFrame:
    """Return one row per rep and week of the last ``weeks`` weeks, for at most ``limit`` reps.

    The reps shown are those with the fewest coached weeks. Columns: person_id, full_name,
    manager_name, week_start, session_count (strict or any logged), session_minutes, and for all
    reps of the entity, shown or not: rep_count, uncoached_count (reps without a session),
    fewest_weeks (coached weeks of the rep with the fewest). Weeks before the coaching log began
    are left out: nothing is known of them. The manager is that of the last week shown.
    """
    seen = see.people(scope, "fact.person_id")
    sql = f"""
        with rep_week as (
            select
                fact.person_id,
                fact.manager_id,
                fact.week_start,
                case when ? then fact.strict_session_count else fact.broad_session_count end
                    as session_count,
                case when ? then fact.strict_minutes else fact.broad_minutes end
                    as session_minutes
            from coaching.fct_rep_week as fact
            join core.bridge_org_entity as entity on fact.org_key = entity.org_key
            where entity.entity_type = ?
                and entity.entity_id = ?
                and fact.week_start > cast(? as date) - 7 * ?
                and fact.week_start <= ?
                and fact.is_coaching_logged
                and {seen.sql}
        ),

        rep as (
            select
                person_id,
                arg_max(manager_id, week_start) as manager_id,
                count(*) filter (where session_count > 0) as coached_weeks,
                max(week_start) filter (where session_count > 0) as last_coached_week
            from rep_week
            group by person_id
        ),

        shown as (
            select
                person_id,
                manager_id,
                count(*) over () as rep_count,
                count(*) filter (where coached_weeks = 0) over () as uncoached_count,
                min(coached_weeks) over () as fewest_weeks
            from rep
            order by coached_weeks, last_coached_week nulls first, person_id
            limit ?
        )

        select
            rep_week.person_id,
            coalesce(person.full_name, rep_week.person_id) as full_name,
            coalesce(manager.full_name, 'no manager') as manager_name,
            rep_week.week_start,
            rep_week.session_count,
            rep_week.session_minutes,
            shown.rep_count,
            shown.uncoached_count,
            shown.fewest_weeks
        from rep_week
        join shown on rep_week.person_id = shown.person_id
        left join core.dim_person as person on rep_week.person_id = person.person_id
        left join core.dim_person as manager on shown.manager_id = manager.person_id
        order by manager_name, full_name, rep_week.person_id, rep_week.week_start
    """
    parameters = [
        is_strict,
        is_strict,
        entity.entity_type,
        entity.entity_id,
        until,
        weeks,
        until,
        *seen.parameters,
        limit,
    ]
    return frame(connection, sql, parameters)


def manager_weeks(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    until: dt.date,
    is_strict: bool = True,
    weeks: int = 13,
    limit: int = 50,
) -> pd.DataFrame:
    """Return one row per manager and week of the last ``weeks`` weeks, for at most ``limit``.

    Where there are more, those of whose rep weeks the smallest share was coached. Columns:
    manager_id, manager_name, week_start, rep_count (reps on the roster in that week),
    coached_count (those with a session, strict or any logged), and manager_count (of the entity,
    shown or not). Whoever led a rep in a week has that week. Weeks before the coaching log began
    are left out: nothing is known of them.
    """
    seen = see.people(scope, "fact.person_id")
    sql = f"""
        with manager_week as (
            select
                fact.manager_id,
                fact.week_start,
                count(distinct fact.person_id) as rep_count,
                count(distinct fact.person_id) filter (
                    where case when ? then fact.strict_session_count
                        else fact.broad_session_count end > 0
                ) as coached_count
            from coaching.fct_rep_week as fact
            join core.bridge_org_entity as entity on fact.org_key = entity.org_key
            where entity.entity_type = ?
                and entity.entity_id = ?
                and fact.week_start > cast(? as date) - 7 * ?
                and fact.week_start <= ?
                and fact.is_coaching_logged
                and {seen.sql}
            group by fact.manager_id, fact.week_start
        ),

        shown as (
            select manager_id, count(*) over () as manager_count
            from manager_week
            group by manager_id
            order by sum(coached_count) / sum(rep_count), manager_id
            limit ?
        )

        select
            manager_week.manager_id,
            coalesce(person.full_name, 'no manager') as manager_name,
            manager_week.week_start,
            manager_week.rep_count,
            manager_week.coached_count,
            shown.manager_count
        from manager_week
        join shown on manager_week.manager_id = shown.manager_id
        left join core.dim_person as person on manager_week.manager_id = person.person_id
        order by manager_name, manager_week.manager_id, manager_week.week_start
    """
    parameters = [
        is_strict,
        entity.entity_type,
        entity.entity_id,
        until,
        weeks,
        until,
        *seen.parameters,
        limit,
    ]
    return frame(connection, sql, parameters)


def group_weeks(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    until: dt.date,
    is_strict: bool = True,
    weeks: int = 13,
    limit: int = 50,
) -> pd.DataFrame:
    """Return one row per week and part of the entity that is shown, the entity itself included.

    For builds that show no persons. Columns: entity_type, entity_id, name, week_start, rep_count,
    share_step (0 nobody, 1 up to a third, 2 up to two thirds, 3 more of the reps had a session),
    group_count (of all parts, shown or not). Parts that are wholly inside the entity today, at most
    ``limit``: the entity itself, then regions, teams and managers' reports, each by name.
    """
    seen = see.entities(scope, "part.entity_type", "part.entity_id")
    sql = f"""
        with inside as (
            select part.entity_type, part.entity_id
            from core.bridge_org_entity as part
            left join core.bridge_org_entity as whole
                on part.org_key = whole.org_key and whole.entity_type = ? and whole.entity_id = ?
            where (
                part.entity_type in ('region', 'team', 'manager')
                or (part.entity_type = ? and part.entity_id = ?)
            ) and {seen.sql}
            group by part.entity_type, part.entity_id
            having bool_and(whole.org_key is not null)
        ),

        shown as (
            select
                week.entity_type,
                week.entity_id,
                week.week_start,
                week.rep_count,
                case when ? then week.strict_share_step else week.broad_share_step end
                    as share_step,
                case
                    when week.entity_type = ? and week.entity_id = ? then 0
                    when week.entity_type = 'region' then 1
                    when week.entity_type = 'team' then 2
                    else 3
                end as kind
            from coaching.rpt_group_week as week
            join inside using (entity_type, entity_id)
            where week.is_coaching_logged
                and week.week_start > cast(? as date) - 7 * ?
                and week.week_start <= ?
        ),

        placed as (
            select
                shown.*,
                coalesce(person.full_name, team.team_name, shown.entity_id) as name
            from shown
            left join core.dim_person as person
                on shown.entity_type in ('manager', 'manager_org')
                and shown.entity_id = person.person_id
            left join core.dim_team as team
                on shown.entity_type = 'team' and shown.entity_id = team.team_id
        ),

        numbered as (
            select *, dense_rank() over (order by kind, name, entity_id) as place
            from placed
        )

        select
            entity_type,
            entity_id,
            name,
            week_start,
            rep_count,
            share_step,
            max(place) over () as group_count
        from numbered
        qualify place <= ?
        order by place, week_start
    """
    chosen = [entity.entity_type, entity.entity_id]
    parameters = [*chosen, *chosen, *seen.parameters, is_strict, *chosen, until, weeks, until]
    return frame(connection, sql, [*parameters, limit])


def area_mix(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity, period: Period
) -> pd.DataFrame:
    """Return all six areas: area_name, is_classified, minutes, share, observation_count."""
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    sql = f"""
        select
            area.area_name,
            area.is_classified,
            cast(fact.numerator as double) as minutes,
            fact.value as share,
            fact.observation_count
        from "leading".fct_leading_indicator as fact
        join reference.coaching_areas as area on fact.member = area.area_code
        where fact.indicator_id = 'CO-04'
            and fact.measure_id = 'share'
            and fact.dimension = 'area'
            and fact.entity_type = ?
            and fact.entity_id = ?
            and fact.period_grain = ?
            and fact.period_start = ?
            and fact.reason_code is distinct from 'expired'
            and {seen.sql}
        order by area.is_classified desc, share desc nulls last, area.sort_order
    """
    parameters = [
        entity.entity_type,
        entity.entity_id,
        period.grain,
        period.start,
        *seen.parameters,
    ]
    return frame(connection, sql, parameters)


def by_manager(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measures: Sequence[Measure],
) -> pd.DataFrame:
    """Return the measures of every manager with reps inside the entity, in order of name.

    Columns: manager_id, manager_name, rep_count, indicator_id, measure_id, value,
    observation_count, reason_code; one row per manager and measure, on direct reports.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    wanted, wanted_parameters = measure_filter(measures)
    facts = indicator_facts(f"""
        fact.entity_type = 'manager'
        and fact.period_grain = ?
        and fact.period_start = ?
        and fact.dimension = 'all'
        and {wanted}
        and {seen.sql}
    """)
    sql = f"""
        with manager as (
            select version.manager_id, count(distinct version.person_id) as rep_count
            from core.bridge_org_entity as entity
            join core.dim_org_version as version on entity.org_key = version.org_key
            join core.dim_person as rep on version.person_id = rep.person_id
            where entity.entity_type = ?
                and entity.entity_id = ?
                and version.is_rep
                and version.manager_id <> '(unassigned)'
                and greatest(version.valid_from, coalesce(rep.hire_date, version.valid_from)) <= ?
                and least(version.valid_to - 1, coalesce(rep.leave_date, version.valid_to)) >= ?
            group by version.manager_id
        )

        select
            manager.manager_id,
            coalesce(person.full_name, manager.manager_id) as manager_name,
            manager.rep_count,
            fact.indicator_id,
            fact.measure_id,
            fact.value,
            fact.observation_count,
            fact.reason_code
        from ({facts}) as fact
        join manager on fact.entity_id = manager.manager_id
        left join core.dim_person as person on manager.manager_id = person.person_id
        order by manager_name, manager.manager_id, fact.indicator_id, fact.measure_id
    """
    people = [entity.entity_type, entity.entity_id, period.end, period.start]
    filters = [period.grain, period.start, *wanted_parameters, *seen.parameters]
    return frame(connection, sql, [*people, *filters, *filters])


def log_habits(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row on the coaching log as a whole: what it records, so what can be judged.

    Columns: broad_sessions, strict_sessions, sessions_with_area, sessions_with_action,
    is_policy_assumed.
    """
    seen = see.anyone(scope)
    sql = f"""
        with habit as (
            select
                count(*) filter (where is_broad) as broad_sessions,
                count(*) filter (where is_strict) as strict_sessions,
                count(*) filter (where is_broad and area <> 'unclassified') as sessions_with_area,
                count(*) filter (where is_broad and action_count > 0) as sessions_with_action
            from core.fct_coaching_session
        ),

        policy as (
            select coalesce(bool_and(is_assumed), true) as is_policy_assumed
            from core.dim_coaching_policy
        )

        select habit.*, policy.is_policy_assumed
        from habit
        cross join policy
        where {seen.sql}
    """
    return frame(connection, sql, seen.parameters)
