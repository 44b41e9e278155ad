"""The rows of core behind a published figure, and the file and row that each came from.

The statements are those of ``halftime trace``, run on the published build alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Cell, Entity, Measure, Period, frame, indicator_facts
from dashboards.queries.scope import Scope
from dashboards.statements import Statement, statement

MOST_ROWS = 100_000
# What else a row names: people, and deals that may be another's today.
_NAMING = ("owner_id", "scored_by_id", "opportunity_id")
# A row about a deal is also about whoever has the deal today, and follows that owner's.
_DEAL_OF = r"""
    case
        when regexp_full_match(core_table, 'core\.fct_opportunity(_version|_stage)?')
            then split_part(core_key, '#', 1)
    end as deal_id
"""

_WHOSE = """
    select
        cast(? as varchar) as indicator_id,
        cast(? as varchar) as measure_id,
        cast(? as varchar) as entity_type,
        cast(? as varchar) as entity_id,
        cast(? as varchar) as period_grain,
        cast(? as date) as period_start,
        cast(? as varchar) as dimension,
        cast(? as varchar) as member,
        cast(? as varchar) as currency_code
"""


def figures(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measures: Sequence[Measure],
    length: int = 8,
) -> pd.DataFrame:
    """Return the published figures of an entity in ``period`` and the periods before it.

    Also by product, area and the like; in every currency where a measure names none. Columns: the
    figure's key, period_label, member_name, aggregation, numerator, denominator, value,
    observation_count, reason_code; the newest period first, wholes before their parts.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    wanted = " or ".join(
        "(fact.indicator_id = ? and fact.measure_id = ? "
        "and (? = 'none' or fact.currency_code in ('none', ?)))"
        for _ in measures
    )
    facts = indicator_facts(
        f"""
        fact.entity_type = ? and fact.entity_id = ? and fact.period_grain = ?
        and fact.period_start <= ? and ({wanted or "false"}) and {seen.sql}
        """,
        "dimension",
        "member",
        "currency_code",
    )
    sql = f"""
        with last_period as (
            select period_start, period_label
            from core.dim_period
            where period_grain = ? and period_start <= ?
            order by period_start desc
            limit ?
        )

        select
            fact.* exclude (value_low, value_high),
            last_period.period_label,
            coalesce(product.product_name, fact.member) as member_name,
            known.aggregation
        from ({facts}) as fact
        join last_period on fact.period_start = last_period.period_start
        join reference.indicators as known
            on fact.indicator_id = known.indicator_id and fact.measure_id = known.measure_id
        left join core.dim_product as product
            on fact.dimension = 'product' and fact.member = product.product_id
        order by
            fact.indicator_id, fact.measure_id, fact.dimension <> 'all', fact.dimension,
            member_name, fact.member, fact.currency_code, fact.period_start desc
    """
    each = [
        part
        for one in measures
        for part in (one.indicator_id, one.measure_id, one.currency, one.currency)
    ]
    filters = [entity.entity_type, entity.entity_id, period.grain, period.start, *each]
    filters += seen.parameters
    return frame(connection, sql, [period.grain, period.start, length, *filters, *filters])


def _found(whose: str, evidence: str) -> str:
    """Return the head of a query over the rows of a figure: ``found``, each with its deal."""
    return f"""
        with cell as ({whose}),

        evidence as materialized (
            {evidence}
        ),

        found as (
            select *, {_DEAL_OF} from evidence
        )
    """


def sums(connection: duckdb.DuckDBPyConnection, scope: Scope | None, cell: Cell) -> pd.DataFrame:
    """Return one row: how many rows a figure has, how many may be told, what they add up to.

    Who may see a figure may see what it is made of added up; nothing, where there is no row.
    Columns: row_count, told_count, numerator, denominator.
    """
    known = statement(cell.indicator_id, cell.measure_id)
    if known is None:
        return pd.DataFrame()
    whose, parameters = _cell(scope, cell)
    told, told_parameters = _told(scope)
    sql = f"""
        {_found(whose, known.sql)}

        select
            count(*) as row_count,
            count(*) filter (where {told}) as told_count,
            cast(sum(found.numerator_part) as double) as numerator,
            cast(sum(found.denominator_part) as double) as denominator
        from found
        left join core.fct_opportunity as deal on found.deal_id = deal.opportunity_id
        having count(*) > 0
    """
    return frame(connection, sql, [*parameters, *told_parameters])


def rows(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    cell: Cell,
    limit: int = 500,
) -> pd.DataFrame:
    """Return the rows of core in a figure that are of people whom the scope sees, oldest first.

    Columns: core_table, core_key, person_id, full_name, day, what, numerator_part,
    denominator_part, source_system, source_file, source_row, and what the figure's own rows have.
    """
    known = statement(cell.indicator_id, cell.measure_id)
    if known is None:
        return pd.DataFrame()
    whose, parameters = _cell(scope, cell)
    told, told_parameters = _told(scope)
    sql = f"""
        {_found(whose, known.sql)}

        select
            found.core_table,
            found.core_key,
            found.person_id,
            person.full_name,
            found.day,
            found.what,
            cast(found.numerator_part as double) as numerator_part,
            cast(found.denominator_part as double) as denominator_part,
            found.source_system,
            found._source_file as source_file,
            found._source_row as source_row,
            found.* exclude (
                cell_id, core_table, core_key, person_id, day, what, numerator_part,
                denominator_part, source_system, _source_file, _source_row, deal_id{_quiet(known)}
            )
        from found
        left join core.dim_person as person on found.person_id = person.person_id
        left join core.fct_opportunity as deal on found.deal_id = deal.opportunity_id
        where {told}
        order by found.day, found.core_table, found.core_key
        limit ?
    """
    return frame(connection, sql, [*parameters, *told_parameters, limit])


def _told(scope: Scope | None) -> tuple[str, list[object]]:
    """Return the predicate for rows that the scope is told of one by one, and its parameters."""
    whose, deal = see.people(scope, "found.person_id"), see.people(scope, "deal.owner_id")
    sql = f"{whose.sql} and (deal.opportunity_id is null or {deal.sql})"
    return sql, [*whose.parameters, *deal.parameters]


def _quiet(known: Statement) -> str:
    """Return which of the naming columns a statement gives, as a list that goes on."""
    given = [name for name in _NAMING if re.search(rf"^    (\w+\.)?{name},$", known.sql, re.M)]
    return "".join(f", {name}" for name in given)


def _cell(scope: Scope | None, cell: Cell) -> tuple[str, list[object]]:
    """Return what the statements know as ``cell``, if the scope sees the figure; its parameters."""
    seen = see.entities(scope, "wanted.entity_type", "wanted.entity_id")
    sql = f"""
        select
            0 as cell_id,
            wanted.*,
            period.period_start as period_from,
            period.period_end as period_to,
            least(period.period_end, clock.as_of_date) as stock_date
        from ({_WHOSE}) as wanted
        join core.dim_period as period
            on wanted.period_grain = period.period_grain
            and wanted.period_start = period.period_start
        cross join core.dim_clock as clock
        where {seen.sql}
    """
    key = [
        cell.indicator_id,
        cell.measure_id,
        cell.entity.entity_type,
        cell.entity.entity_id,
        cell.grain,
        cell.start,
        cell.dimension,
        cell.member,
        cell.currency,
    ]
    return sql, [*key, *seen.parameters]
