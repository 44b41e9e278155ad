-- Labels: 2026-W09 (ISO week), 2026-03, 2026 Q1, 2026; fiscal ones bear the year in which the
-- fiscal year ends: FY2026 M03, FY2026 Q1, FY2026.
{% set shift = (var('fiscal_year_start_month') | int) - 1 %}
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

nexts as (
    select
        period_grain,
        period_start,
        cast(
            case period_grain
                when 'week' then {{ dbt.dateadd('day', 7, 'period_start') }}
                when 'month' then {{ dbt.dateadd('month', 1, 'period_start') }}
                when 'fiscal_month' then {{ dbt.dateadd('month', 1, 'period_start') }}
                when 'quarter' then {{ dbt.dateadd('month', 3, 'period_start') }}
                when 'fiscal_quarter' then {{ dbt.dateadd('month', 3, 'period_start') }}
                else {{ dbt.dateadd('month', 12, 'period_start') }}
            end as date
        ) as next_start
    from starts
),

fiscal as (
    select
        *,
        cast(
            {{ dbt.dateadd(
                'month', shift,
                dbt.date_trunc('year', dbt.dateadd('month', -shift, 'period_start'))
            ) }} as date
        ) as fiscal_year_start
    from nexts
),

ended as (
    select
        period_grain,
        period_start,
        cast({{ dbt.dateadd('day', -1, 'next_start') }} as date) as period_end,
        cast({{ dbt.datediff('period_start', 'next_start', 'day') }} as integer) as day_count,
        cast({{ dbt.dateadd('day', 3, 'period_start') }} as date) as week_thursday,
        fiscal_year_start,
        cast({{ dbt.dateadd('month', 11, 'fiscal_year_start') }} as date) as fiscal_year_end_month
    from fiscal
),

numbered as (
    select
        *,
        cast(extract(year from period_start) as {{ dbt.type_string() }}) as year_text,
        'FY' || cast(extract(year from fiscal_year_end_month) as {{ dbt.type_string() }})
            as fiscal_year_text,
        cast({{ dbt.datediff('fiscal_year_start', 'period_start', 'month') }} as integer)
            as fiscal_month_offset
    from ended
),

final as (
    select
        e.period_grain,
        e.period_start,
        e.period_end,
        case e.period_grain
            when 'week'
                then
                    cast(extract(year from e.week_thursday) as {{ dbt.type_string() }}) || '-W'
                    || lpad(
                        cast(extract(week from e.week_thursday) as {{ dbt.type_string() }}), 2, '0'
                    )
            when 'month'
                then
                    e.year_text || '-'
                    || lpad(
                        cast(extract(month from e.period_start) as {{ dbt.type_string() }}), 2, '0'
                    )
            when 'quarter'
                then
                    e.year_text || ' Q'
                    || cast(extract(quarter from e.period_start) as {{ dbt.type_string() }})
            when 'year' then e.year_text
            when 'fiscal_month'
                then
                    e.fiscal_year_text || ' M'
                    || lpad(
                        cast(e.fiscal_month_offset + 1 as {{ dbt.type_string() }}), 2, '0'
                    )
            when 'fiscal_quarter'
                then
                    e.fiscal_year_text || ' Q'
                    || case e.fiscal_month_offset
                        when 0 then '1'
                        when 3 then '2'
                        when 6 then '3'
                        else '4'
                    end
            else e.fiscal_year_text
        end as period_label,
        e.day_count,
        e.period_end <= clock.as_of_date as is_complete
    from numbered as e
    cross join clock
)

select * from final
