"""What stands behind one line of the list 'coach next': a person, or a deal."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import frame
from dashboards.queries.scope import Scope


def person(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str
) -> pd.DataFrame:
    """Return one row on a person: full_name, role, manager_name, team, region."""
    seen = see.people(scope, "person.person_id")
    sql = f"""
        select
            person.person_id,
            person.full_name,
            person.role,
            manager.full_name as manager_name,
            coalesce(team.team_name, person.team_id) as team_name,
            person.region
        from core.dim_person as person
        left join core.dim_person as manager on person.manager_id = manager.person_id
        left join core.dim_team as team on person.team_id = team.team_id
        where person.person_id = ? and {seen.sql}
    """
    return frame(connection, sql, [person_id, *seen.parameters])


def person_weeks(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    person_id: str,
    until: dt.date,
    weeks: int = 26,
) -> pd.DataFrame:
    """Return (week_start, strict_session_count, broad_session_count, broad_minutes) of a rep."""
    seen = see.people(scope, "fact.person_id")
    sql = f"""
        select
            fact.week_start,
            fact.strict_session_count,
            fact.broad_session_count,
            fact.broad_minutes
        from coaching.fct_rep_week as fact
        where fact.person_id = ?
            and fact.is_coaching_logged
            and fact.week_start > cast(? as date) - 7 * ?
            and fact.week_start <= ?
            and {seen.sql}
        order by fact.week_start
    """
    return frame(connection, sql, [person_id, until, weeks, until, *seen.parameters])


def open_deals(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, person_id: str, limit: int = 25
) -> pd.DataFrame:
    """Return a person's open deals, the earliest expected close first."""
    seen = see.people(scope, "deal.owner_id")
    sql = f"""
        select
            deal.opportunity_id,
            deal.opportunity_name,
            deal.stage_name,
            cast(deal.amount as double) as amount,
            deal.currency_code,
            deal.close_date,
            deal.close_date < clock.as_of_date as is_overdue,
            deal.close_date_push_count,
            deal.last_activity_date
        from core.fct_opportunity as deal
        cross join core.dim_clock as clock
        where deal.is_open and not deal.is_deleted and deal.owner_id = ? and {seen.sql}
        order by deal.close_date, deal.opportunity_id
        limit ?
    """
    return frame(connection, sql, [person_id, *seen.parameters, limit])


def deal(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, opportunity_id: str
) -> pd.DataFrame:
    """Return one row on a deal: its owner, stage, amount, dates and pushes."""
    seen = see.people(scope, "deal.owner_id")
    sql = f"""
        select
            deal.opportunity_id,
            deal.opportunity_name,
            deal.owner_id,
            owner.full_name as owner_name,
            manager.full_name as manager_name,
            deal.stage_name,
            deal.outcome,
            cast(deal.amount as double) as amount,
            deal.currency_code,
            deal.created_date,
            deal.close_date,
            deal.close_date_push_count,
            deal.close_date_push_days,
            deal.last_activity_date
        from core.fct_opportunity as deal
        left join core.dim_person as owner on deal.owner_id = owner.person_id
        left join core.dim_person as manager on owner.manager_id = manager.person_id
        where deal.opportunity_id = ? and {seen.sql}
    """
    return frame(connection, sql, [opportunity_id, *seen.parameters])


def deal_versions(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, opportunity_id: str
) -> pd.DataFrame:
    """Return how a deal's stage, amount and expected close changed, the newest change first."""
    seen = see.people(scope, "deal.owner_id")
    sql = f"""
        select
            version.valid_from_date,
            version.stage_name,
            cast(version.amount as double) as amount,
            version.currency_code,
            version.close_date
        from core.fct_opportunity_version as version
        join core.fct_opportunity as deal on version.opportunity_id = deal.opportunity_id
        where version.opportunity_id = ? and {seen.sql}
        order by version.version_number desc
        limit 50
    """
    return frame(connection, sql, [opportunity_id, *seen.parameters])


def deal_rows(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, opportunity_id: str
) -> pd.DataFrame:
    """Return the row of core of a deal with its place in the files, so that it can be disputed."""
    seen = see.people(scope, "deal.owner_id")
    sql = f"""
        select
            'core.fct_opportunity' as core_table,
            deal.opportunity_id as core_key,
            deal.owner_id as person_id,
            deal.opportunity_name as what,
            deal.close_date as day,
            deal.source_system,
            deal._source_file as source_file,
            deal._source_row as source_row
        from core.fct_opportunity as deal
        where deal.opportunity_id = ? and {seen.sql}
    """
    return frame(connection, sql, [opportunity_id, *seen.parameters])


def person_rows(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    person_id: str,
    until: dt.date,
    weeks: int = 26,
) -> pd.DataFrame:
    """Return a person's coaching sessions of the last weeks and open deals, with their places.

    Columns: core_table, core_key, person_id, what, day, source_system, source_file, source_row;
    the newest first.
    """
    session, deal = see.people(scope, "attendee.coachee_id"), see.people(scope, "deal.owner_id")
    sql = f"""
        select
            'core.fct_coaching_session' as core_table,
            session.session_id || '#' || attendee.coachee_id as core_key,
            attendee.coachee_id as person_id,
            'session' as what,
            session.session_date as day,
            session.source_system,
            session._source_file as source_file,
            session._source_row as source_row
        from core.bridge_session_attendee as attendee
        join core.fct_coaching_session as session on attendee.session_id = session.session_id
        where attendee.coachee_id = ? and session.session_date > cast(? as date) - 7 * ?
            and session.session_date <= ? and {session.sql}
        union all
        select
            'core.fct_opportunity',
            deal.opportunity_id,
            deal.owner_id,
            coalesce(deal.opportunity_name, 'deal'),
            deal.close_date,
            deal.source_system,
            deal._source_file,
            deal._source_row
        from core.fct_opportunity as deal
        where deal.is_open and not deal.is_deleted and deal.owner_id = ? and {deal.sql}
        order by day desc, core_key
        limit 200
    """
    given = [person_id, until, weeks, until, *session.parameters, person_id, *deal.parameters]
    return frame(connection, sql, given)
