with

entity_values as (
    select * from {{ ref('ind_entity_value') }}
    where timing = 'leading'
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
        numerator,
        denominator,
        indicator_value as value, -- noqa: RF04
        value_low,
        value_high,
        observation_count,
        reason_code
    from entity_values
)

select * from final
