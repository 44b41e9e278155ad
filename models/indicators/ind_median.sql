-- Medians, worked out per entity from its own observations and never averaged. The interval is that
-- of the order statistics: the observations whose ranks bound half of n with 95 % confidence. It
-- needs eight observations; with fewer there are no such ranks.
with

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

published_entities as (
    select * from {{ ref('ind_registry_entity') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'median'
),

ranked as (
    select
        observations.indicator_id,
        observations.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        observations.period_grain,
        observations.period_start,
        observations.dimension,
        observations.member,
        observations.currency_code,
        observations.observed_value,
        row_number() over (
            partition by
                observations.indicator_id,
                observations.measure_id,
                org_entities.entity_type,
                org_entities.entity_id,
                observations.period_grain,
                observations.period_start,
                observations.dimension,
                observations.member,
                observations.currency_code
            order by observations.observed_value asc nulls last
        ) as value_rank,
        count(*) over (
            partition by
                observations.indicator_id,
                observations.measure_id,
                org_entities.entity_type,
                org_entities.entity_id,
                observations.period_grain,
                observations.period_start,
                observations.dimension,
                observations.member,
                observations.currency_code
        ) as value_count
    from observations
    inner join org_entities on observations.org_key = org_entities.org_key
    inner join published_entities
        on
            observations.indicator_id = published_entities.indicator_id
            and observations.measure_id = published_entities.measure_id
            and org_entities.entity_type = published_entities.entity_type
),

-- Ranks r and n + 1 - r with r = floor(n / 2 - 0.98 x sqrt(n)), by the normal approximation.
bounded as (
    select
        *,
        cast(floor(
            cast(value_count as double) / 2
            - 0.979981992270027e0 * sqrt(cast(value_count as double))
        ) as bigint) as low_rank
    from ranked
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
        currency_code,
        cast(null as decimal(28, 6)) as numerator,
        cast(max(value_count) as decimal(28, 6)) as denominator,
        -- The middle observation, or half way between the two in the middle.
        cast(sum(case
            when value_rank * 2 in (value_count, value_count + 1, value_count + 2)
                then observed_value
        end) as double)
        / cast(sum(case
            when value_rank * 2 in (value_count, value_count + 1, value_count + 2) then 1
        end) as double) as direct_value,
        cast(max(case
            when low_rank >= 1 and value_rank = low_rank then observed_value
        end) as double) as direct_low,
        cast(max(case
            when low_rank >= 1 and value_rank = value_count + 1 - low_rank then observed_value
        end) as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(max(value_count) as bigint) as observation_count
    from bounded
    group by
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code
)

select * from final
