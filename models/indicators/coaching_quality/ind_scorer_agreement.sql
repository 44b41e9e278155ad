-- CQ-09 scorer agreement: Krippendorff's alpha, interval metric, over calls that two or more people
-- scored on the same skill, worked out for each entity from its own calls.
with

units as (
    select * from {{ ref('ind_double_score') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

added as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as unit_count,
        sum(units.score_count) as score_count,
        sum(units.mark_sum) as mark_sum,
        sum(units.square_sum) as square_sum,
        sum(units.disagreement) as disagreement
    from units
    inner join org_entities on units.org_key = org_entities.org_key
    inner join date_periods on units.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'CQ-09'
            and grains.measure_id = 'alpha'
            and grains.dimension = 'all'
    inner join indicators
        on
            grains.indicator_id = indicators.indicator_id
            and grains.measure_id = indicators.measure_id
            and concat(',', indicators.entity_types, ',')
            like concat('%,', org_entities.entity_type, ',%')
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start
),

-- Disagreement within calls, and the one to expect if scores were dealt out at random.
compared as (
    select
        *,
        cast(disagreement as double) / cast(score_count as double) as observed,
        cast(2 * (score_count * square_sum - mark_sum * mark_sum) as double)
        / cast(score_count * (score_count - 1) as double) as expected
    from added
),

final as (
    select
        'CQ-09' as indicator_id,
        'alpha' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(score_count as decimal(28, 6)) as numerator,
        cast(unit_count as decimal(28, 6)) as denominator,
        case
            when unit_count >= 20 and expected > 0
                then 1 - cast(observed as double) / cast(expected as double)
        end as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        case
            when unit_count < 20 then 'too_few'
            when expected = 0 then 'not_assessable'
        end as direct_reason,
        cast(unit_count as bigint) as observation_count
    from compared
)

select * from final
