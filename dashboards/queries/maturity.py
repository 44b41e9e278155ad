"""What the page Maturity & managers asks: levels as seen and as said, and figures of managers.

A manager's organisation is looked at by the manager's direct reports, as maturity is published.
What fewer people answered than the registry allows is not told, nor how many they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import (
    PART,
    Entity,
    Measure,
    Period,
    frame,
    measure_filter,
    part_of,
)
from dashboards.queries.scope import Scope

_WHOSE = {"manager_org": "manager"}


def _of(entity: Entity) -> list[str]:
    """Return whose maturity stands for an entity."""
    return [_WHOSE.get(entity.entity_type, entity.entity_type), entity.entity_id]


def levels(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity, period: Period
) -> pd.DataFrame:
    """Return the row of ``coaching.fct_maturity`` of an entity, one per rule version."""
    seen = see.entities(scope, "told.entity_type", "told.entity_id")
    sql = f"""
        select told.*
        from coaching.fct_maturity as told
        where told.entity_type = ?
            and told.entity_id = ?
            and told.period_grain = ?
            and told.period_start = ?
            and {seen.sql}
        order by told.rule_version
    """
    return frame(connection, sql, [*_of(entity), period.grain, period.start, *seen.parameters])


def answers(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, entity: Entity, period: Period
) -> pd.DataFrame:
    """Return what each role answered to the seven dimensions: means over 5.

    Columns: respondent_role, respondent_count, d1 … d7. Only roles with as many sheets as MA-03
    asks for.
    """
    seen = see.entities(scope, "survey.entity_type", "survey.entity_id")
    sql = f"""
        select
            survey.respondent_role,
            max(survey.respondent_count) as respondent_count,
            {", ".join(f"max(survey.d{number}) as d{number}" for number in range(1, 8))}
        from indicators.ind_maturity_survey as survey
        where survey.entity_type = ?
            and survey.entity_id = ?
            and survey.period_grain = ?
            and survey.period_start = ?
            and survey.respondent_count >= (
                select max(withheld_below) from reference.indicators where indicator_id = 'MA-03'
            )
            and {seen.sql}
        group by survey.respondent_role
        order by survey.respondent_role
    """
    return frame(connection, sql, [*_of(entity), period.grain, period.start, *seen.parameters])


def gates(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the gates of both rules: what each level asks for."""
    seen = see.anyone(scope)
    sql = f"""
        select
            rule_version, level_code, level_index, gate_code, threshold, quarters,
            is_any_enough, note
        from reference.maturity_gates
        where {seen.sql}
        order by rule_version, level_index, gate_code
    """
    return frame(connection, sql, seen.parameters)


def sensitivity(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, period: Period
) -> pd.DataFrame:
    """Return the managers of the company by level if thresholds were a tenth higher or lower.

    Columns: rule_version, gate_code ('all' for all at once), threshold_change, manager_count, one
    count per level, changed_manager_count.
    """
    seen = see.entities(scope, "'company'", "'company'")
    sql = f"""
        select
            rule_version,
            gate_code,
            cast(threshold_change as double) as threshold_change,
            manager_count,
            random_manager_count,
            informal_manager_count,
            formal_manager_count,
            dynamic_manager_count,
            changed_manager_count
        from coaching.rpt_maturity_sensitivity
        where period_grain = ? and period_start = ? and {seen.sql}
        order by rule_version, gate_code <> 'all', gate_code, threshold_change
    """
    return frame(connection, sql, [period.grain, period.start, *seen.parameters])


def managers(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    rule_version: str,
) -> pd.DataFrame:
    """Return the level of each manager of an entity's reps in a quarter or the one before it.

    Columns: person_id, name, level_code, level_index, progress_score, a probability per level,
    rep_months, unmet_gates, missing_inputs, rep_respondent_count, rep_survey_level_index.
    """
    seen = see.entities(scope, "told.entity_type", "told.entity_id")
    sql = f"""
        with part as (
            {PART}
        )

        select
            told.entity_id as person_id,
            coalesce(person.full_name, told.entity_id) as name,
            told.level_code,
            told.level_index,
            told.progress_score,
            told.random_probability,
            told.informal_probability,
            told.formal_probability,
            told.dynamic_probability,
            told.rep_months,
            told.unmet_gates,
            told.missing_inputs,
            told.rep_respondent_count,
            told.rep_survey_level_index
        from coaching.fct_maturity as told
        join part on told.entity_type = part.entity_type and told.entity_id = part.entity_id
        left join core.dim_person as person on told.entity_id = person.person_id
        where told.period_grain = ?
            and told.period_start = ?
            and told.rule_version = ?
            and {seen.sql}
        order by
            told.level_index desc nulls last, told.progress_score desc nulls last, name,
            told.entity_id
    """
    # Levels are of two quarters: who led nobody any more in the second still has one.
    both = replace(period, start=(pd.Timestamp(period.start) - pd.DateOffset(months=3)).date())
    asked = [*part_of(entity, "manager", both), period.grain, period.start, rule_version]
    return frame(connection, sql, [*asked, *seen.parameters])


def manager_figures(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    entity: Entity,
    period: Period,
    measures: Sequence[Measure],
) -> pd.DataFrame:
    """Return measures of each manager of an entity's reps, by direct reports.

    Columns: person_id, name, indicator_id, measure_id, value, value_low, value_high,
    observation_count, reason_code. Of small numbers the value is left out, the reason says so.
    """
    seen = see.entities(scope, "fact.entity_type", "fact.entity_id")
    wanted, parameters = measure_filter(measures)
    small = "fact.reason_code is not distinct from 'small_n'"
    sql = f"""
        with part as (
            {PART}
        )

        select
            fact.entity_id as person_id,
            coalesce(person.full_name, fact.entity_id) as name,
            fact.indicator_id,
            fact.measure_id,
            case when {small} then null else fact.value end as value,
            case when {small} then null else fact.value_low end as value_low,
            case when {small} then null else fact.value_high end as value_high,
            fact.observation_count,
            fact.reason_code
        from "leading".fct_leading_indicator as fact
        join part on fact.entity_type = part.entity_type and fact.entity_id = part.entity_id
        left join core.dim_person as person on fact.entity_id = person.person_id
        where fact.period_grain = ?
            and fact.period_start = ?
            and fact.dimension = 'all'
            and {wanted}
            and {seen.sql}
        order by fact.indicator_id, fact.measure_id, name, fact.entity_id
    """
    asked = [*part_of(entity, "manager", period), period.grain, period.start]
    return frame(connection, sql, [*asked, *parameters, *seen.parameters])
