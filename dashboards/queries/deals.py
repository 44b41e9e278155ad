"""What the page Deals asks: warnings of open deals, and how the pipeline of a quarter changed."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import Entity, Measure, Period, exists, frame, measure_filter
from dashboards.queries.scope import Scope

# What leads from the start of a period to its end, in the order in which it is told.
STEPS = (
    "created",
    "reopened",
    "pulled_in",
    "slipped_in",
    "increased",
    "decreased",
    "pushed_out",
    "moved_before",
    "won",
    "lost",
    "no_decision",
    "disqualified",
    "transferred",
    "currency_changed",
    "rate_changed",
)


# Deals that are open now, of a part of the organisation and of a product.
_OPEN_OF = """deal.is_open
                and not deal.is_deleted
                and entity.entity_type = ?
                and entity.entity_id = ?
                and (? = 'all' or deal.product_id = ?)"""


def warning_counts(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    product: str = "all",
) -> pd.DataFrame:
    """Return how many open deals of an entity have each warning today, the most frequent first.

    Columns: warning_code (NULL where no deal has any), warned_count, and of all warnings
    open_count, any_count (deals with one or more), several_count (with three or more).
    """
    if not exists(connection, "pipeline", "fct_deal_warning"):
        return pd.DataFrame()
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    sql = f"""
        with open_deal as (
            select deal.opportunity_id
            from core.fct_opportunity as deal
            join core.bridge_org_entity as entity on deal.owner_org_key = entity.org_key
            where {_OPEN_OF} and {seen.sql}
        ),

        warned as (
            select warning.opportunity_id, warning.warning_code
            from pipeline.fct_deal_warning as warning
            join open_deal on warning.opportunity_id = open_deal.opportunity_id
            join core.dim_clock as clock on warning.snapshot_date = clock.as_of_date
        ),

        by_deal as (
            select opportunity_id, count(*) as warning_count from warned group by opportunity_id
        ),

        total as (
            select
                (select count(*) from open_deal) as open_count,
                (select count(*) from by_deal) as any_count,
                (select count(*) from by_deal where warning_count >= 3) as several_count
        ),

        by_code as (
            select warning_code, count(*) as warned_count from warned group by warning_code
        )

        select
            by_code.warning_code,
            by_code.warned_count,
            total.open_count,
            total.any_count,
            total.several_count
        from total
        left join by_code on true
        where total.open_count > 0
        order by by_code.warned_count desc, by_code.warning_code
    """
    asked = [entity.entity_type, entity.entity_id, product, product]
    return frame(connection, sql, [*asked, *seen.parameters])


def at_risk(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    product: str = "all",
    limit: int = 500,
) -> pd.DataFrame:
    """Return the warnings of the first ``limit`` open deals that have any, a row per warning.

    The deals with the most warnings come first, and among those the larger amount, in the reporting
    currency. Columns: deal_rank, deal_count (of all that have a warning), opportunity_id,
    opportunity_name, person_id and owner_name, stage_name, amount, currency_code, close_date,
    close_date_push_days, warning_count, warning_code, value, threshold, learned_from,
    won_deal_count.
    """
    if not exists(connection, "pipeline", "fct_deal_warning"):
        return pd.DataFrame()
    seen = see.people(scope, "deal.owner_id")
    sql = f"""
        with warned as (
            select
                deal.opportunity_id,
                deal.opportunity_name,
                deal.owner_id as person_id,
                owner.full_name as owner_name,
                deal.stage_name,
                cast(deal.amount as double) as amount,
                deal.reporting_amount,
                deal.currency_code,
                deal.close_date,
                deal.close_date_push_days,
                warning.warning_code,
                warning.value,
                warning.threshold,
                warning.learned_from,
                warning.deal_count as won_deal_count,
                count(*) over (partition by deal.opportunity_id) as warning_count
            from pipeline.fct_deal_warning as warning
            join core.dim_clock as clock on warning.snapshot_date = clock.as_of_date
            join core.fct_opportunity as deal on warning.opportunity_id = deal.opportunity_id
            join core.bridge_org_entity as entity on deal.owner_org_key = entity.org_key
            left join core.dim_person as owner on deal.owner_id = owner.person_id
            where {_OPEN_OF} and {seen.sql}
        ),

        ranked as (
            select
                *,
                dense_rank() over (
                    order by warning_count desc, reporting_amount desc nulls last, opportunity_id
                ) as deal_rank
            from warned
        )

        select * exclude (reporting_amount), max(deal_rank) over () as deal_count
        from ranked
        qualify deal_rank <= ?
        order by deal_rank, warning_code
    """
    asked = [entity.entity_type, entity.entity_id, product, product]
    return frame(connection, sql, [*asked, *seen.parameters, limit])


def waterfall(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    currency: str,
    pipeline_view: str,
) -> pd.DataFrame:
    """Return one row: an entity's pipeline at both ends, what became of it, what is unexplained.

    Columns: start_amount, one per step of ``STEPS``, end_amount, residual_amount, start_count,
    end_count; in ``currency`` alone. A rep's is added up from the rep's deals.
    """
    if not exists(connection, "pipeline", "rpt_pipeline_waterfall"):
        return pd.DataFrame()
    if entity.entity_type == "rep":
        return _waterfall_of_a_rep(connection, scope, entity, period, currency, pipeline_view)
    seen = see.entities(scope, "fall.entity_type", "fall.entity_id")
    names = ("start", *STEPS, "end", "residual")
    amounts = ",\n            ".join(
        f"cast(fall.{name}_amount as double) as {name}_amount" for name in names
    )
    sql = f"""
        select
            {amounts},
            fall.start_count,
            fall.end_count
        from pipeline.rpt_pipeline_waterfall as fall
        where fall.currency_view = 'native'
            and fall.entity_type = ?
            and fall.entity_id = ?
            and fall.period_grain = ?
            and fall.period_start = ?
            and fall.currency_code = ?
            and fall.pipeline_view = ?
            and {seen.sql}
    """
    asked = [entity.entity_type, entity.entity_id, period.grain, period.start]
    return frame(connection, sql, [*asked, currency, pipeline_view, *seen.parameters])


def _waterfall_of_a_rep(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    currency: str,
    pipeline_view: str,
) -> pd.DataFrame:
    """Return the same row for a rep: the deals open at both ends, and the changes between."""
    seen = see.entities(scope, "entity.entity_type", "entity.entity_id")
    steps = ",\n            ".join(
        f"cast(coalesce(sum(part.amount) filter (part.step = '{step}'), 0) as double)"
        f" as {step}_amount"
        for step in ("start", *STEPS, "end")
    )
    sql = f"""
        with own as (
            select entity.org_key
            from core.bridge_org_entity as entity
            where entity.entity_type = ? and entity.entity_id = ? and {seen.sql}
        ),

        span as (
            select
                period.period_start,
                period.period_end,
                period.period_start - 1 as eve,
                least(period.period_end, clock.as_of_date) as last_day
            from core.dim_period as period
            cross join core.dim_clock as clock
            where period.period_grain = ? and period.period_start = ?
        ),

        part as (
            select
                case when snapshot.snapshot_date = span.eve then 'start' else 'end' end as step,
                snapshot.amount,
                snapshot.currency_code
            from core.fct_pipeline_snapshot as snapshot
            join own on snapshot.owner_org_key = own.org_key
            join span on snapshot.snapshot_date in (span.eve, span.last_day)
            where ? = 'open'
                or snapshot.close_date between span.period_start and span.period_end
            union all
            select change.change_class, change.amount, change.currency_code
            from pipeline.fct_pipeline_change as change
            join own on change.org_key = own.org_key
            where change.period_grain = ? and change.period_start = ? and change.pipeline_view = ?
        )

        select
            {steps},
            cast(sum(case when part.step = 'end' then part.amount else -part.amount end) as double)
                as residual_amount,
            count(*) filter (part.step = 'start') as start_count,
            count(*) filter (part.step = 'end') as end_count
        from part
        where part.currency_code = ?
        having count(*) > 0
    """
    asked = [entity.entity_type, entity.entity_id, *seen.parameters, period.grain, period.start]
    changes = [pipeline_view, period.grain, period.start, pipeline_view, currency]
    return frame(connection, sql, [*asked, *changes])


def breakdown(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measures: Sequence[Measure],
    length: int = 8,
) -> pd.DataFrame:
    """Return measures by their members, for up to ``length`` periods that end with ``period``.

    Columns: indicator_id, measure_id, dimension, member, period_start, period_label, is_complete,
    numerator, denominator, value, value_low, value_high, observation_count, reason_code.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    wanted, wanted_parameters = measure_filter(measures)
    sql = f"""
        with last_period as (
            select period_start, period_label, is_complete
            from core.dim_period
            where period_grain = ? and period_start <= ?
            order by period_start desc
            limit ?
        )

        select
            fact.indicator_id,
            fact.measure_id,
            fact.dimension,
            fact.member,
            fact.period_start,
            last_period.period_label,
            last_period.is_complete,
            cast(fact.numerator as double) as numerator,
            cast(fact.denominator as double) as denominator,
            fact.value,
            fact.value_low,
            fact.value_high,
            fact.observation_count,
            fact.reason_code
        from "leading".fct_leading_indicator as fact
        join last_period on fact.period_start = last_period.period_start
        where fact.entity_type = ?
            and fact.entity_id = ?
            and fact.period_grain = ?
            and fact.dimension in ('kind', 'stage', 'position')
            and {wanted}
            and {seen.sql}
        order by fact.indicator_id, fact.measure_id, fact.period_start, fact.member
    """
    asked = [period.grain, period.start, length, entity.entity_type, entity.entity_id, period.grain]
    return frame(connection, sql, [*asked, *wanted_parameters, *seen.parameters])


def stage_names(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (member, stage_names): what the open stages of each order are called, by use."""
    seen = see.anyone(scope)
    sql = f"""
        with used as (
            select stage_name, stage_order, count(*) as deal_count
            from core.fct_opportunity
            where stage_category = 'open' and stage_order is not null and {seen.sql}
            group by stage_name, stage_order
        )

        select
            lpad(cast(stage_order as varchar), 2, '0') as member,
            string_agg(stage_name, ' / ' order by deal_count desc, stage_name) as stage_names
        from used
        group by stage_order
        order by stage_order
    """
    return frame(connection, sql, seen.parameters)
