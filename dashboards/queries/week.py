"""What the landing page asks: what moved, and whom or what to coach next."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Entity, frame
from dashboards.queries.scope import Scope


def movement(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    day: dt.date,
    currency: str,
    product: str = "all",
) -> pd.DataFrame:
    """Return the pipeline's movements in the week of ``day`` and in the week before.

    Columns: week_start, movement, deal_count, amount (in ``currency``).
    """
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    sql = f"""
        select
            moved.week_start,
            moved.movement,
            count(distinct moved.opportunity_id) as deal_count,
            cast(sum(moved.amount) as double) as amount
        from pipeline.fct_week_movement as moved
        join core.bridge_org_entity as entity on moved.org_key = entity.org_key
        left join core.fct_opportunity as deal on moved.opportunity_id = deal.opportunity_id
        where entity.entity_type = ?
            and entity.entity_id = ?
            and moved.week_start between
                cast(date_trunc('week', cast(? as date)) as date) - 7
                and cast(date_trunc('week', cast(? as date)) as date)
            and moved.currency_code = ?
            and (? = 'all' or deal.product_id = ?)
            and {seen.sql}
        group by moved.week_start, moved.movement
        order by moved.week_start, moved.movement
    """
    parameters = [
        entity.entity_type,
        entity.entity_id,
        day,
        day,
        currency,
        product,
        product,
        *seen.parameters,
    ]
    return frame(connection, sql, parameters)


def coach_next(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    limit: int = 5,
) -> pd.DataFrame:
    """Return the people and deals to coach next inside an entity, the most pressing first.

    Columns: subject_type (person or deal), person_id, opportunity_id, full_name, opportunity_name,
    manager_name, reason_code, reason, value, threshold, question.
    """
    seen = see.people(scope, "next.person_id")
    sql = f"""
        select
            next.subject_type,
            next.person_id,
            next.opportunity_id,
            person.full_name,
            deal.opportunity_name,
            manager.full_name as manager_name,
            next.reason_code,
            next.reason,
            next.observed_value as value,
            next.threshold,
            next.question
        from coaching.rpt_coach_next as next
        left join core.dim_person as person on next.person_id = person.person_id
        left join core.dim_person as manager on person.manager_id = manager.person_id
        left join core.fct_opportunity as deal on next.opportunity_id = deal.opportunity_id
        where next.entity_type = ? and next.entity_id = ? and {seen.sql}
        order by next.list_rank
        limit ?
    """
    return frame(connection, sql, [entity.entity_type, entity.entity_id, *seen.parameters, limit])


def quarter_to_date(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity, currency: str
) -> pd.DataFrame:
    """Return one row: where an entity stands in the running fiscal quarter, in one currency.

    Columns: fiscal_quarter_start, fiscal_quarter_end, day_count, elapsed_day_count, currency_code,
    won_amount, quota_amount, quota_to_date_amount, previous_won_amount (same day of the quarter
    before), due_amount and due_count (open deals expected in the rest of the quarter).
    """
    seen = see.entities(scope, "quarter.entity_type", "quarter.entity_id")
    sql = f"""
        select
            quarter.fiscal_quarter_start,
            quarter.fiscal_quarter_end,
            quarter.day_count,
            quarter.elapsed_day_count,
            quarter.currency_code,
            cast(quarter.won_amount as double) as won_amount,
            cast(quarter.quota_amount as double) as quota_amount,
            cast(quarter.quota_to_date_amount as double) as quota_to_date_amount,
            cast(quarter.previous_won_amount as double) as previous_won_amount,
            cast(quarter.due_amount as double) as due_amount,
            quarter.due_count
        from pipeline.rpt_quarter_to_date as quarter
        where quarter.entity_type = ? and quarter.entity_id = ? and quarter.currency_code = ?
            and {seen.sql}
    """
    parameters = [entity.entity_type, entity.entity_id, currency, *seen.parameters]
    return frame(connection, sql, parameters)
