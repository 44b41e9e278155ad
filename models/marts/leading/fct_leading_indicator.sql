with

entity_values as (
    select * from {{ ref('ind_entity_value') }}
    where timing = 'leading'
),

load_values as (
    select * from {{ ref('int_load_measured') }}
),

figures as (
    {% for part in ['entity_values', 'load_values'] %}
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
            indicator_value,
            value_low,
            value_high,
            observation_count,
            reason_code
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
    from figures
)

select * from final
