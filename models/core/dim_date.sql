-- Every day from the start of the first (fiscal) year with data to 400 days past as_of.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

first_days as (
    select min(event_date) as first_date from {{ ref('int_opportunity_event') }}
    union all
    select min(close_date) as first_date from {{ ref('int_opportunity_event') }}
    where stage_category <> 'open'
    union all
    select min(activity_date) as first_date from {{ ref('int_activity_conformed') }}
    union all
    select min(session_date) as first_date from {{ ref('int_session_conformed') }}
    union all
    select min(period_start) as first_date from {{ ref('int_quota_conformed') }}
),

-- A mistyped year must not make a calendar of centuries.
bounds as (
    select
        greatest(
            coalesce(f.first_date, c.as_of_date),
            cast({{ dbt.dateadd('year', -20, 'c.as_of_date') }} as date)
        ) as first_date,
        cast({{ dbt.dateadd('day', 400, 'c.as_of_date') }} as date) as last_date
    from (select min(first_date) as first_date from first_days) as f
    cross join clock as c
),

fiscal_months as (
    select * from {{ ref('int_fiscal_month') }}
),

started as (
    select
        coalesce(f.year_start, b.first_date) as fiscal_start,
        cast({{ dbt.date_trunc('year', 'b.first_date') }} as date) as calendar_start,
        b.last_date
    from bounds as b
    left join fiscal_months as f
        on b.first_date >= f.month_start and b.first_date < f.next_month_start
),

digits as (
    select 0 as digit
    union all
    select 1 as digit
    union all
    select 2 as digit
    union all
    select 3 as digit
    union all
    select 4 as digit
    union all
    select 5 as digit
    union all
    select 6 as digit
    union all
    select 7 as digit
    union all
    select 8 as digit
    union all
    select 9 as digit
),

numbers as (
    select a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit as day_number
    from digits as a
    cross join digits as b
    cross join digits as c
    cross join digits as d
),

days as (
    select
        cast(
            {{ dbt.dateadd('day', 'n.day_number', 'least(s.fiscal_start, s.calendar_start)') }}
            as date
        ) as date_day,
        s.last_date
    from started as s
    cross join numbers as n
),

final as (
    select
        d.date_day,
        cast({{ dbt.date_trunc('week', 'd.date_day') }} as date) as week_start,
        cast({{ dbt.date_trunc('month', 'd.date_day') }} as date) as month_start,
        cast({{ dbt.date_trunc('quarter', 'd.date_day') }} as date) as quarter_start,
        cast({{ dbt.date_trunc('year', 'd.date_day') }} as date) as year_start,
        f.month_start as fiscal_month_start,
        f.quarter_start as fiscal_quarter_start,
        f.year_start as fiscal_year_start,
        f.fiscal_year,
        f.origin as fiscal_origin,
        cast(
            {{ dbt.datediff(dbt.date_trunc('week', 'd.date_day'), 'd.date_day', 'day') }} + 1
            as integer
        ) as day_of_week_iso,
        {{ dbt.datediff(dbt.date_trunc('week', 'd.date_day'), 'd.date_day', 'day') }} < 5
            as is_weekday
    from days as d
    left join fiscal_months as f
        on d.date_day >= f.month_start and d.date_day < f.next_month_start
    where d.date_day <= d.last_date
)

select * from final
