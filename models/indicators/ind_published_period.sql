-- The registry's lists, one row each and all by number: for whom which measure is published in
-- which period. Single reps have a list of grains of their own: a rep's week is nearly always too
-- few cases to say anything.
with

measures as (
    select * from {{ ref('ind_measure') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

entity_types as (
    {% for entity_type in ['rep', 'manager', 'manager_org', 'team', 'region', 'company'] %}
        select '{{ entity_type }}' as entity_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

grains as (
    {% for grain in [
        'week', 'month', 'quarter', 'year', 'fiscal_month', 'fiscal_quarter', 'fiscal_year'
    ] %}
        select '{{ grain }}' as period_grain
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        measures.measure_number,
        entity_types.entity_type,
        periods.period_number
    from measures
    inner join entity_types
        on
            concat(',', measures.entity_types, ',')
            like concat('%,', entity_types.entity_type, ',%')
    inner join grains
        on
            concat(
                ',',
                case
                    when entity_types.entity_type = 'rep' then measures.rep_grains
                    else measures.grains
                end,
                ','
            ) like concat('%,', grains.period_grain, ',%')
    inner join periods on grains.period_grain = periods.period_grain
)

select * from final
