-- Labels: 2026-W09 (ISO week), 2026-03, 2026 Q1, 2026; fiscal ones as the fiscal calendar has them,
-- of a computed one FY2026 M03, FY2026 Q1, FY2026.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

starts as (
    select
        period_grain,
        period_start
    from {{ ref('bridge_date_period') }}
    group by period_grain, period_start
),

fiscal as (
    {% for part in ['month', 'quarter', 'year'] -%}
        select
            'fiscal_{{ part }}' as period_grain,
            {{ part }}_start as period_start,
            max(next_month_start) as next_start,
            min({{ part }}_label) as period_label
        from {{ ref('int_fiscal_month') }}
        group by {{ part }}_start
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
),

nexts as (
    select
        s.period_grain,
        s.period_start,
        f.period_label as fiscal_label,
        cast(
            case s.period_grain
                when 'week' then {{ dbt.dateadd('day', 7, 's.period_start') }}
                when 'month' then {{ dbt.dateadd('month', 1, 's.period_start') }}
                when 'quarter' then {{ dbt.dateadd('month', 3, 's.period_start') }}
                when 'year' then {{ dbt.dateadd('month', 12, 's.period_start') }}
                else f.next_start
            end as date
        ) as next_start
    from starts as s
    left join fiscal as f
        on s.period_grain = f.period_grain and s.period_start = f.period_start
),

ended as (
    select
        period_grain,
        period_start,
        fiscal_label,
        cast({{ dbt.dateadd('day', -1, 'next_start') }} as date) as period_end,
        cast({{ dbt.datediff('period_start', 'next_start', 'day') }} as integer) as day_count,
        extract(year from {{ dbt.dateadd('day', 3, 'period_start') }}) as week_year,
        extract(week from {{ dbt.dateadd('day', 3, 'period_start') }}) as week_number,
        extract(month from period_start) as month_number,
        extract(quarter from period_start) as quarter_number,
        cast(extract(year from period_start) as {{ dbt.type_string() }}) as year_text
    from nexts
),

final as (
    select
        e.period_grain,
        e.period_start,
        e.period_end,
        case e.period_grain
            when 'week'
                then
                    cast(e.week_year as {{ dbt.type_string() }}) || '-W'
                    || lpad(
                        cast(e.week_number as {{ dbt.type_string() }}), 2, '0'
                    )
            when 'month'
                then
                    e.year_text || '-'
                    || lpad(
                        cast(e.month_number as {{ dbt.type_string() }}), 2, '0'
                    )
            when 'quarter'
                then
                    e.year_text || ' Q'
                    || cast(e.quarter_number as {{ dbt.type_string() }})
            when 'year' then e.year_text
            else e.fiscal_label
        end as period_label,
        e.day_count,
        e.period_end <= clock.as_of_date as is_complete
    from ended as e
    cross join clock
)

select * from final
