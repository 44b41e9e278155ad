-- Kaplan and Meier's estimate per entity and cohort: who has not had the event by the as-of date is
-- censored, neither counted as never nor left out. Published is the median time to the event, or
-- the share that had it by the registry's horizon. The interval is that of Greenwood's variance on
-- the scale of the logarithm of minus the logarithm, which cannot leave 0 to 1.
with

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where aggregation = 'survival'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

lives as (
    {% for family in [
        'ind_cycle_survival',
        'ind_gap_closure',
    ] %}
        select
            indicator_id,
            measure_id,
            org_key,
            date_day,
            dimension,
            member,
            duration,
            is_event
        from {{ ref(family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select
        lives.indicator_id,
        lives.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        lives.dimension,
        lives.member,
        lives.duration,
        sum(case when lives.is_event then 1 else 0 end) as event_count,
        count(*) as leaving_count
    from lives
    inner join date_periods on lives.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and lives.indicator_id = grains.indicator_id
            and lives.measure_id = grains.measure_id
            and lives.dimension = grains.dimension
    inner join org_entities on lives.org_key = org_entities.org_key
    group by
        lives.indicator_id,
        lives.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        lives.dimension,
        lives.member,
        lives.duration
),

at_risk as (
    select
        *,
        sum(leaving_count) over (
            partition by
                indicator_id, measure_id, entity_type, entity_id, period_grain, period_start,
                dimension, member
            order by duration desc nulls last
            rows between unbounded preceding and current row
        ) as risk_count
    from placed
),

-- Decimals, because the sum of doubles depends on the order in which they are added.
hazards as (
    select
        *,
        case
            when event_count < risk_count
                then cast(
                    ln(
                        1 - cast(event_count as double) / cast(risk_count as double)
                    ) as decimal(28, 15)
                )
            else 0
        end as survival_log,
        case
            when event_count < risk_count
                then cast(
                    cast(event_count as double) / (
                        cast(risk_count as double) * cast(risk_count - event_count as double)
                    ) as decimal(28, 15)
                )
            else 0
        end as greenwood,
        event_count >= risk_count as is_last_gone
    from at_risk
),

summed as (
    select
        *,
        sum(survival_log) over (
            partition by
                indicator_id, measure_id, entity_type, entity_id, period_grain, period_start,
                dimension, member
            order by duration asc nulls last
            rows between unbounded preceding and current row
        ) as survival_log_sum,
        sum(greenwood) over (
            partition by
                indicator_id, measure_id, entity_type, entity_id, period_grain, period_start,
                dimension, member
            order by duration asc nulls last
            rows between unbounded preceding and current row
        ) as greenwood_sum
    from hazards
),

steps as (
    select
        *,
        case
            when is_last_gone then cast(0 as double)
            else exp(cast(survival_log_sum as double))
        end as survival,
        case
            when not is_last_gone and survival_log_sum < 0
                then 1.959963984540054e0
                * sqrt(cast(greenwood_sum as double)) / abs(cast(survival_log_sum as double))
        end as log_log_half
    from summed
),

bounded as (
    select
        *,
        case
            when is_last_gone then cast(0 as double)
            when log_log_half is null then survival
            else exp(cast(survival_log_sum as double) * exp(log_log_half))
        end as survival_low,
        case
            when is_last_gone then cast(0 as double)
            when log_log_half is null then survival
            else exp(cast(survival_log_sum as double) * exp(-1 * log_log_half))
        end as survival_high
    from steps
),

curves as (
    select
        bounded.indicator_id,
        bounded.measure_id,
        bounded.entity_type,
        bounded.entity_id,
        bounded.period_grain,
        bounded.period_start,
        bounded.dimension,
        bounded.member,
        indicators.survival_horizon,
        sum(bounded.event_count) as event_count,
        sum(bounded.leaving_count) as subject_count,
        max(bounded.duration) as last_duration,
        min(bounded.survival) as last_survival,
        min(case when bounded.survival <= 0.500000000001 then bounded.duration end) as median_value,
        min(case when bounded.survival_low <= 0.500000000001 then bounded.duration end) as median_low,
        min(case when bounded.survival_high <= 0.500000000001 then bounded.duration end) as median_high,
        min(case
            when bounded.duration <= indicators.survival_horizon then bounded.survival
        end) as horizon_survival,
        min(case
            when bounded.duration <= indicators.survival_horizon then bounded.survival_low
        end) as horizon_low,
        min(case
            when bounded.duration <= indicators.survival_horizon then bounded.survival_high
        end) as horizon_high
    from bounded
    inner join indicators
        on
            bounded.indicator_id = indicators.indicator_id
            and bounded.measure_id = indicators.measure_id
    group by
        bounded.indicator_id,
        bounded.measure_id,
        bounded.entity_type,
        bounded.entity_id,
        bounded.period_grain,
        bounded.period_start,
        bounded.dimension,
        bounded.member,
        indicators.survival_horizon
),

-- What would happen after the longest time watched, nobody knows, unless it happened to all.
judged as (
    select
        *,
        survival_horizon > 0 as is_share,
        survival_horizon > 0
        and (last_duration >= survival_horizon or last_survival = 0) as is_mature
    from curves
),

final as (
    select
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        'none' as currency_code,
        cast(event_count as decimal(28, 6)) as numerator,
        cast(subject_count as decimal(28, 6)) as denominator,
        case
            when is_mature then 1 - coalesce(horizon_survival, cast(1 as double))
            when not is_share then cast(median_value as double)
        end as direct_value,
        case
            when is_mature then 1 - coalesce(horizon_high, cast(1 as double))
            when not is_share and median_value is not null then cast(median_low as double)
        end as direct_low,
        case
            when is_mature then 1 - coalesce(horizon_low, cast(1 as double))
            when not is_share and median_value is not null then cast(median_high as double)
        end as direct_high,
        case
            when is_share and not is_mature then 'immature'
            when not is_share and median_value is null then 'not_reached'
        end as direct_reason,
        cast(subject_count as bigint) as observation_count
    from judged
)

select * from final
