-- Medians, worked out per entity from its own observations and never averaged. The interval is that
-- of the order statistics: the observations whose ranks bound half of n with 95 % confidence. It
-- needs eight observations; with fewer there are no such ranks.
with

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

published_periods as (
    select * from {{ ref('ind_published_period') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'median'
),

members as (
    select
        dimension,
        member,
        currency_code,
        cast(
            row_number() over (
                order by
                    dimension asc nulls last, member asc nulls last, currency_code asc nulls last
            ) as integer
        ) as member_number
    from observations
    group by dimension, member, currency_code
),

numbered as (
    select
        observations.measure_number,
        observations.period_number,
        observations.org_key,
        members.member_number,
        observations.observed_value,
        count(*) as value_count
    from observations
    inner join members
        on
            observations.dimension = members.dimension
            and observations.member = members.member
            and observations.currency_code = members.currency_code
    group by
        observations.measure_number,
        observations.period_number,
        observations.org_key,
        members.member_number,
        observations.observed_value
),

placed as (
    select
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        numbered.member_number,
        numbered.observed_value,
        cast(sum(numbered.value_count) as bigint) as value_count
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
        numbered.observed_value
),

-- Equal observations stand together: ranks last_rank - value_count + 1 to last_rank.
ranked as (
    select
        *,
        sum(value_count) over (
            partition by measure_number, entity_number, period_number, member_number
            order by observed_value asc nulls last
            rows between unbounded preceding and current row
        ) as last_rank,
        sum(value_count) over (
            partition by measure_number, entity_number, period_number, member_number
        ) as observation_count
    from placed
),

-- Ranks r and n + 1 - r with r = floor(n / 2 - 0.98 x sqrt(n)), by the normal approximation.
bounded as (
    select
        *,
        cast(floor(
            cast(observation_count as double) / 2
            - 0.979981992270027e0 * sqrt(cast(observation_count as double))
        ) as bigint) as low_rank,
        cast(floor(cast(observation_count + 1 as double) / 2) as bigint) as left_middle,
        cast(floor(cast(observation_count + 2 as double) / 2) as bigint) as right_middle
    from ranked
),

medians as (
    select
        measure_number,
        entity_number,
        period_number,
        member_number,
        observation_count,
        min(case when last_rank >= left_middle then observed_value end) as left_value,
        min(case when last_rank >= right_middle then observed_value end) as right_value,
        min(case
            when low_rank >= 1 and last_rank >= low_rank then observed_value
        end) as low_value,
        min(case
            when low_rank >= 1 and last_rank >= observation_count + 1 - low_rank
                then observed_value
        end) as high_value
    from bounded
    group by measure_number, entity_number, period_number, member_number, observation_count
),

final as (
    select
        medians.measure_number,
        medians.entity_number,
        medians.period_number,
        members.dimension,
        members.member,
        members.currency_code,
        cast(null as decimal(28, 6)) as numerator,
        cast(medians.observation_count as decimal(28, 6)) as denominator,
        cast(medians.left_value + medians.right_value as double) / cast(2 as double)
            as direct_value,
        cast(medians.low_value as double) as direct_low,
        cast(medians.high_value as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(medians.observation_count as bigint) as observation_count
    from medians
    inner join members on medians.member_number = members.member_number
)

select * from final
