-- Whatever was counted for anybody: sums, what is counted per entity, medians and survival.
with

sums as (
    select * from {{ ref('ind_sum') }}
),

members as (
    select * from {{ ref('ind_member') }}
),

final as (
    select
        measure_number,
        entity_number,
        period_number,
        member_number,
        numerator,
        denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        observation_count
    from sums
    {% for shape in ['ind_direct', 'ind_median', 'ind_survival'] %}
        union all
        select
            {{ shape }}.measure_number,
            {{ shape }}.entity_number,
            {{ shape }}.period_number,
            members.member_number,
            {{ shape }}.numerator,
            {{ shape }}.denominator,
            {{ shape }}.direct_value,
            {{ shape }}.direct_low,
            {{ shape }}.direct_high,
            {{ shape }}.direct_reason,
            {{ shape }}.observation_count
        from {{ ref(shape) }} as {{ shape }}
        inner join members
            on
                {{ shape }}.dimension = members.dimension
                and {{ shape }}.member = members.member
                and {{ shape }}.currency_code = members.currency_code
    {% endfor %}
)

select * from final
