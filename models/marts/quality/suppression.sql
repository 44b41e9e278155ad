-- How many figures have no value, or too few cases, and why. In a build of the profile `council`
-- publishing counts again what it withholds (`halftime/privacy/council.py`).
with

figures as (
    select
        indicator_id,
        measure_id,
        period_grain,
        entity_type,
        reason_code
    from {{ ref('ind_entity_value') }}
),

counted as (
    select
        indicator_id,
        measure_id,
        period_grain,
        entity_type,
        count(*) as cell_count
    from figures
    group by indicator_id, measure_id, period_grain, entity_type
),

reasoned as (
    select
        indicator_id,
        measure_id,
        period_grain,
        entity_type,
        reason_code,
        count(*) as suppressed_cell_count
    from figures
    where reason_code is not null
    group by indicator_id, measure_id, period_grain, entity_type, reason_code
),

final as (
    select
        reasoned.indicator_id,
        reasoned.measure_id,
        reasoned.period_grain,
        reasoned.entity_type,
        reasoned.reason_code,
        cast(counted.cell_count as bigint) as cell_count,
        cast(reasoned.suppressed_cell_count as bigint) as suppressed_cell_count
    from reasoned
    inner join counted
        on
            reasoned.indicator_id = counted.indicator_id
            and reasoned.measure_id = counted.measure_id
            and reasoned.period_grain = counted.period_grain
            and reasoned.entity_type = counted.entity_type
)

select * from final
