-- Initiatives that ran in a quarter, each with the 30 days in which a session is waited for; one
-- whose days are not over by the end of what is known is not asked yet.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

initiatives as (
    select * from {{ ref('dim_initiative') }}
),

windows as (
    select
        periods.period_grain,
        periods.period_start,
        initiatives.initiative_id,
        greatest(initiatives.start_date, periods.period_start) as window_start
    from periods
    inner join initiatives
        on
            periods.stock_date >= initiatives.start_date
            and (initiatives.end_date is null or periods.period_start <= initiatives.end_date)
),

final as (
    select
        windows.period_grain,
        windows.period_start,
        windows.initiative_id,
        windows.window_start,
        cast({{ dbt.dateadd('day', 30, 'windows.window_start') }} as date) as window_end
    from windows
    cross join clock
    where cast({{ dbt.dateadd('day', 30, 'windows.window_start') }} as date) <= clock.as_of_date
)

select * from final
