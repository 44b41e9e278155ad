-- The registry's lists, one row each: which measure is published for which grain and dimension.
with

indicators as (
    select * from {{ ref('indicators') }}
),

grains as (
    {% for grain in [
        'week', 'month', 'quarter', 'year', 'fiscal_month', 'fiscal_quarter', 'fiscal_year'
    ] %}
        select '{{ grain }}' as period_grain
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

dimensions as (
    {% for dimension in [
        'all', 'product', 'area', 'skill', 'stage', 'position', 'tenure', 'role', 'kind', 'system'
    ] %}
        select '{{ dimension }}' as dimension
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        indicators.indicator_id,
        indicators.measure_id,
        grains.period_grain,
        dimensions.dimension
    from indicators
    inner join grains
        on
            concat(',', indicators.grains, ',')
            like concat('%,', grains.period_grain, ',%')
    inner join dimensions
        on
            concat(',', indicators.dimensions, ',')
            like concat('%,', dimensions.dimension, ',%')
    where
        dimensions.dimension <> 'product'
        or concat(',', indicators.product_grains, ',')
        like concat('%,', grains.period_grain, ',%')
)

select * from final
