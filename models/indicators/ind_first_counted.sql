-- From when on each measure was ever counted, by grain: before, its source was silent.
with

counted as (
    select * from {{ ref('ind_counted') }}
    where observation_count > 0
),

entities as (
    select * from {{ ref('ind_entity') }}
    where entity_type = 'company'
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

final as (
    select
        counted.measure_number,
        periods.period_grain,
        min(periods.period_start) as first_period_start
    from counted
    inner join entities on counted.entity_number = entities.entity_number
    inner join periods on counted.period_number = periods.period_number
    group by counted.measure_number, periods.period_grain
)

select * from final
