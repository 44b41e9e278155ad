with

days as (
    select * from {{ ref('dim_date') }}
),

final as (
    {% for grain in [
        'week', 'month', 'quarter', 'year', 'fiscal_month', 'fiscal_quarter', 'fiscal_year'
    ] -%}
        select
            date_day,
            '{{ grain }}' as period_grain,
            {{ grain }}_start as period_start
        from days
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
)

select * from final
