-- Kaplan and Meier's estimate per entity and cohort: who has not had the event by the as-of date is
-- censored, neither counted as never nor left out. Published is the median time to the event, or
-- the share that had it by the registry's horizon. The interval is that of Greenwood's variance on
-- the scale of the logarithm of minus the logarithm, which cannot leave 0 to 1.
with

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

measures as (
    select * from {{ ref('ind_measure') }}
    where aggregation = 'survival'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

published_periods as (
    select * from {{ ref('ind_published_period') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select
        dates.date_day,
        dates.period_grain,
        periods.period_number
    from {{ ref('bridge_date_period') }} as dates
    inner join periods
        on
            dates.period_grain = periods.period_grain
            and dates.period_start = periods.period_start
),

lives as (
    {% for family in [
        'ind_cycle_survival',
        'ind_first_deal',
        'ind_productivity',
        'ind_manager_survival',
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

members as (
    select
        dimension,
        member,
        cast(
            row_number() over (
                order by dimension asc nulls last, member asc nulls last
            ) as integer
        ) as member_number
    from lives
    group by dimension, member
),

numbered as (
    select
        measures.measure_number,
        lives.org_key,
        date_periods.period_number,
        members.member_number,
        lives.duration,
        sum(case when lives.is_event then 1 else 0 end) as event_count,
        count(*) as leaving_count
    from lives
    inner join measures
        on
            lives.indicator_id = measures.indicator_id
            and lives.measure_id = measures.measure_id
    inner join members
        on
            lives.dimension = members.dimension
            and lives.member = members.member
    inner join date_periods on lives.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and lives.indicator_id = grains.indicator_id
            and lives.measure_id = grains.measure_id
            and lives.dimension = grains.dimension
    group by
        measures.measure_number,
        lives.org_key,
        date_periods.period_number,
        members.member_number,
        lives.duration
),

placed as (
    select
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        numbered.member_number,
        numbered.duration,
        cast(sum(numbered.event_count) as bigint) as event_count,
        cast(sum(numbered.leaving_count) as bigint) as leaving_count
    from numbered
    inner join org_entities on numbered.org_key = org_entities.org_key
    inner join published_periods
        on
            numbered.measure_number = published_periods.measure_number
            and numbered.period_number = published_periods.period_number
            and org_entities.entity_type = published_periods.entity_type
    group by
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        numbered.member_number,
        numbered.duration
),

at_risk as (
    select
        *,
        sum(leaving_count) over (
            partition by measure_number, entity_number, period_number, member_number
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
                    cast(event_count as double) / cast(
                        cast(risk_count as double) * cast(risk_count - event_count as double)
                        as double
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
            partition by measure_number, entity_number, period_number, member_number
            order by duration asc nulls last
            rows between unbounded preceding and current row
        ) as survival_log_sum,
        sum(greenwood) over (
            partition by measure_number, entity_number, period_number, member_number
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
                then
                    cast(
                        1.959963984540054e0 * sqrt(cast(greenwood_sum as double)) as double
                    ) / cast(abs(cast(survival_log_sum as double)) as double)
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
        bounded.measure_number,
        bounded.entity_number,
        bounded.period_number,
        bounded.member_number,
        measures.survival_horizon,
        sum(bounded.event_count) as event_count,
        sum(bounded.leaving_count) as subject_count,
        max(bounded.duration) as last_duration,
        min(bounded.survival) as last_survival,
        min(case when bounded.survival <= 0.500000000001 then bounded.duration end) as median_value,
        min(case
            when bounded.survival_low <= 0.500000000001 then bounded.duration
        end) as median_low,
        min(case
            when bounded.survival_high <= 0.500000000001 then bounded.duration
        end) as median_high,
        min(case
            when bounded.duration <= measures.survival_horizon then bounded.survival
        end) as horizon_survival,
        min(case
            when bounded.duration <= measures.survival_horizon then bounded.survival_low
        end) as horizon_low,
        min(case
            when bounded.duration <= measures.survival_horizon then bounded.survival_high
        end) as horizon_high
    from bounded
    inner join measures on bounded.measure_number = measures.measure_number
    group by
        bounded.measure_number,
        bounded.entity_number,
        bounded.period_number,
        bounded.member_number,
        measures.survival_horizon
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
        judged.measure_number,
        judged.entity_number,
        judged.period_number,
        members.dimension,
        members.member,
        'none' as currency_code,
        cast(judged.event_count as decimal(28, 6)) as numerator,
        cast(judged.subject_count as decimal(28, 6)) as denominator,
        case
            when judged.is_mature then 1 - coalesce(judged.horizon_survival, cast(1 as double))
            when not judged.is_share then cast(judged.median_value as double)
        end as direct_value,
        case
            when judged.is_mature then 1 - coalesce(judged.horizon_high, cast(1 as double))
            when not judged.is_share and judged.median_value is not null
                then cast(judged.median_low as double)
        end as direct_low,
        case
            when judged.is_mature then 1 - coalesce(judged.horizon_low, cast(1 as double))
            when not judged.is_share and judged.median_value is not null
                then cast(judged.median_high as double)
        end as direct_high,
        case
            when judged.is_share and not judged.is_mature then 'immature'
            when not judged.is_share and judged.median_value is null then 'not_reached'
        end as direct_reason,
        cast(judged.subject_count as bigint) as observation_count
    from judged
    inner join members on judged.member_number = members.member_number
)

select * from final
