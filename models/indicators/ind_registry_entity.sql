-- The registry's lists, one row each: for whom a measure is published.
with

indicators as (
    select * from {{ ref('indicators') }}
),

entity_types as (
    {% for entity_type in ['rep', 'manager', 'manager_org', 'team', 'region', 'company'] %}
        select '{{ entity_type }}' as entity_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        cast(
            dense_rank() over (
                order by
                    indicators.indicator_id asc nulls last,
                    indicators.measure_id asc nulls last
            ) as integer
        ) as measure_number,
        indicators.indicator_id,
        indicators.measure_id,
        entity_types.entity_type
    from indicators
    inner join entity_types
        on
            concat(',', indicators.entity_types, ',')
            like concat('%,', entity_types.entity_type, ',%')
)

select * from final
