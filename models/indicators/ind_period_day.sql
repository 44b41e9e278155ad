-- The periods that have begun, each with the day on which its stock is taken: its last day, or the
-- as-of date while it runs. The registry says which measure is published at which grain.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

final as (
    select
        cast(
            row_number() over (
                order by periods.period_grain asc nulls last, periods.period_start asc nulls last
            ) as integer
        ) as period_number,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        least(periods.period_end, clock.as_of_date) as stock_date,
        periods.period_end <= clock.as_of_date as is_complete,
        cast({{ dbt.datediff('periods.period_start', 'periods.period_end', 'day') }} + 1 as integer)
            as day_count,
        cast(
            {{ dbt.datediff(
                'periods.period_start',
                'least(periods.period_end, clock.as_of_date)',
                'day'
            ) }} + 1 as integer
        ) as elapsed_day_count
    from periods
    cross join clock
    where periods.period_start <= clock.as_of_date
)

select * from final
