with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

rates as (
    select * from {{ ref('dim_exchange_rate') }}
),

days as (
    select
        date_day,
        fiscal_year_start
    from {{ ref('dim_date') }}
),

first_days as (
    select min(date_day) as first_day from days
),

currencies as (
    select currency_code
    from rates
    group by currency_code
),

-- The rate that was in force before the calendar begins holds from its first day.
started as (
    select
        r.currency_code,
        greatest(r.valid_from, f.first_day) as date_day,
        r.rate
    from rates as r
    inner join first_days as f
        on r.valid_to > f.first_day
),

constants as (
    select
        r.currency_code,
        r.rate as constant_rate
    from days as d
    inner join clock as c
        on d.date_day = c.as_of_date
    inner join rates as r
        on d.fiscal_year_start >= r.valid_from and d.fiscal_year_start < r.valid_to
),

-- A stretch of days begins with each rate and bears its number.
stretches as (
    select
        c.currency_code,
        d.date_day,
        s.rate,
        count(s.rate) over (
            partition by c.currency_code
            order by d.date_day asc nulls last
        ) as stretch_number
    from currencies as c
    cross join days as d
    left join started as s
        on c.currency_code = s.currency_code and d.date_day = s.date_day
),

final as (
    select
        s.currency_code,
        s.date_day,
        max(s.rate) over (
            partition by s.currency_code, s.stretch_number
        ) as rate,
        k.constant_rate
    from stretches as s
    left join constants as k
        on s.currency_code = k.currency_code
)

select * from final
