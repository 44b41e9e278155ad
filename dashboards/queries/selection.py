"""What can be chosen: parts of the organisation, periods, products, currencies; and the clock."""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Entity, frame
from dashboards.queries.scope import Reach, Scope


def clock(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row: as_of_date, data_through_date, reporting_currency, company."""
    seen = see.anyone(scope)
    sql = f"""
        select as_of_date, data_through_date, reporting_timezone, reporting_currency, company
        from core.dim_clock
        where {seen.sql}
    """
    return frame(connection, sql, seen.parameters)


def entities(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (entity_type, entity_id, name, rep_count) of every part but single reps.

    A rep's own figures are all that a rep may choose; a manager's own organisation comes first.
    """
    seen = see.entities(scope, "member.entity_type", "member.entity_id")
    is_rep = scope is not None and scope.reach is Reach.PERSON
    kinds = "'rep'" if is_rep else "'company', 'region', 'team', 'manager_org'"
    sql = f"""
        with member as (
            select
                entity.entity_type,
                entity.entity_id,
                count(distinct version.person_id) filter (where version.is_rep) as rep_count
            from core.bridge_org_entity as entity
            join core.dim_org_version as version on entity.org_key = version.org_key
            cross join core.dim_clock as clock
            where entity.entity_type in ({kinds})
                and entity.entity_id <> '(unassigned)'
                and version.valid_from <= clock.as_of_date
                and clock.as_of_date < version.valid_to
            group by entity.entity_type, entity.entity_id
        )
        select
            member.entity_type,
            member.entity_id,
            coalesce(person.full_name, team.team_name, member.entity_id) as name,
            member.rep_count
        from member
        left join core.dim_person as person
            on member.entity_type in ('manager_org', 'rep') and member.entity_id = person.person_id
        left join core.dim_team as team
            on member.entity_type = 'team' and member.entity_id = team.team_id
        where member.rep_count > 0 and {seen.sql}
        order by
            member.entity_id = ? desc,
            case member.entity_type
                when 'company' then 1 when 'region' then 2 when 'team' then 3 else 4
            end,
            name,
            member.entity_id
    """
    own = scope.person_id if scope is not None else None
    return frame(connection, sql, [*seen.parameters, own or ""])


def periods(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the fiscal quarters, months and years that began by the as-of date, newest first."""
    seen = see.anyone(scope)
    sql = f"""
        select
            period.period_grain,
            period.period_start,
            period.period_end,
            period.period_label,
            period.is_complete
        from core.dim_period as period
        cross join core.dim_clock as clock
        where period.period_grain in ('fiscal_quarter', 'fiscal_month', 'fiscal_year')
            and period.period_start <= clock.as_of_date
            and {seen.sql}
        qualify row_number() over (
            partition by period.period_grain order by period.period_start desc
        ) <= case period.period_grain when 'fiscal_year' then 3 else 8 end
        order by
            case period.period_grain
                when 'fiscal_quarter' then 1 when 'fiscal_month' then 2 else 3
            end,
            period.period_start desc
    """
    return frame(connection, sql, seen.parameters)


def products(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (product_id, product_name) of the products in the catalogue."""
    seen = see.anyone(scope)
    sql = f"""
        select product_id, product_name
        from core.dim_product
        where {seen.sql}
        order by product_name, product_id
    """
    return frame(connection, sql, seen.parameters)


def currencies(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity
) -> pd.DataFrame:
    """Return (currency_code, deal_count) of an entity's deals, the most used first.

    Those of the company need no owner, so a council's build, which names none, has them too.
    """
    if entity.entity_type == "company":
        seen = see.entities(scope, "'company'", "'company'")
        deals, asked = "core.fct_opportunity as deal", []
        belongs = seen.sql
    else:
        seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
        deals = (
            "core.fct_opportunity as deal"
            " join core.bridge_org_entity as entity on deal.owner_org_key = entity.org_key"
        )
        asked = [entity.entity_type, entity.entity_id]
        belongs = f"entity.entity_type = ? and entity.entity_id = ? and {seen.sql}"
    sql = f"""
        select deal.currency_code, count(*) as deal_count
        from {deals}
        where deal.currency_code is not null and not deal.is_deleted and {belongs}
        group by deal.currency_code
        order by deal_count desc, deal.currency_code
    """
    return frame(connection, sql, [*asked, *seen.parameters])
