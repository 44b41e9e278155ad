"""Figures of the indicators and their definitions."""

from __future__ import annotations

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


def series(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measures: Sequence[Measure],
    product: str = "all",
    length: int = 8,
) -> pd.DataFrame:
    """Return up to ``length`` periods of each measure for one entity, ending with ``period``.

    Columns: indicator_id, measure_id, period_start, period_label, is_complete, day_count,
    numerator, denominator, value, value_low, value_high, observation_count, reason_code; the
    oldest first.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    wanted, wanted_parameters = measure_filter(measures)
    facts = indicator_facts(f"""
        fact.entity_type = ?
        and fact.entity_id = ?
        and fact.period_grain = ?
        and fact.period_start <= ?
        and fact.dimension = ?
        and fact.member = ?
        and {wanted}
        and {seen.sql}
    """)
    sql = f"""
        with last_period as (
            select period_start, period_label, is_complete, day_count
            from core.dim_period
            where period_grain = ? and period_start <= ?
            order by period_start desc
            limit ?
        )

        select
            fact.indicator_id,
            fact.measure_id,
            fact.period_start,
            last_period.period_label,
            last_period.is_complete,
            last_period.day_count,
            fact.numerator,
            fact.denominator,
            fact.value,
            fact.value_low,
            fact.value_high,
            fact.observation_count,
            fact.reason_code
        from ({facts}) as fact
        join last_period on fact.period_start = last_period.period_start
        order by fact.indicator_id, fact.measure_id, fact.period_start
    """
    filters = [
        entity.entity_type,
        entity.entity_id,
        period.grain,
        period.start,
        "all" if product == "all" else "product",
        product,
        *wanted_parameters,
        *seen.parameters,
    ]
    return frame(connection, sql, [period.grain, period.start, length, *filters, *filters])


def definitions(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the registry: one row per indicator and measure, as the build shipped it."""
    seen = see.anyone(scope)
    sql = f"""
        select
            indicator_id,
            measure_id,
            name,
            measure_name,
            definition,
            formula,
            timing,
            unit,
            direction,
            minimum_n,
            minimum_n_of,
            interval_method,
            required_fields,
            owner,
            version,
            valid_from,
            article
        from reference.indicators
        where {seen.sql}
        order by timing desc, indicator_id, is_headline desc, measure_id
    """
    return frame(connection, sql, seen.parameters)


def reasons(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (reason_code, applies_to, sentence): what a reason code says."""
    seen = see.anyone(scope)
    sql = f"select reason_code, applies_to, sentence from reference.reason_codes where {seen.sql}"
    return frame(connection, sql, seen.parameters)
