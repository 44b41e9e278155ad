-- TA-01 breadth of selection: of the criteria other than sales results that were defined, those on
-- which the choice rested, for the promotions of the period. Counted per entity, because a single
-- person's promotion is no figure. Promotions of which the roster does not say both are left out.
with

promotions as (
    select * from {{ ref('ind_promotion') }}
    where promotion_criterion_count is not null and defined_criterion_count > 0
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

final as (
    select
        'TA-01' as indicator_id,
        grains.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(
            least(promotions.promotion_criterion_count, promotions.defined_criterion_count)
        ) as decimal(28, 6)) as numerator,
        cast(sum(promotions.defined_criterion_count) as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(count(*) as bigint) as observation_count
    from promotions
    inner join org_entities on promotions.org_key = org_entities.org_key
    inner join date_periods on promotions.promotion_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'TA-01'
            and grains.measure_id = 'breadth'
            and grains.dimension = 'all'
    group by
        grains.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start
)

select * from final
