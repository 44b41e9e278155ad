-- Risk: days that finance's calendar does not cover fall back to a computed one, and the figures of
-- that period will not tie to finance's.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-FISCAL-TABLE-COVERS',
        'sentence': 'Where a fiscal calendar is delivered it covers every day from the first with '
            ~ 'data to as_of.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

days as (
    select min(event_date) as first_date from {{ ref('int_opportunity_event') }}
    union all
    select min(activity_date) as first_date from {{ ref('fct_activity') }}
    union all
    select min(session_date) as first_date from {{ ref('fct_coaching_session') }}
),

first_days as (
    select min(first_date) as first_date from days
),

delivered as (
    select count(*) as month_count
    from {{ ref('int_fiscal_period_conformed') }}
    where period_type = 'month'
)

select
    d.fiscal_year,
    min(d.date_day) as first_date,
    max(d.date_day) as last_date,
    count(*) as day_count
from {{ ref('dim_date') }} as d
cross join clock as c
cross join delivered as t
cross join first_days as f
where
    t.month_count > 0
    and d.fiscal_origin = 'computed'
    and d.date_day >= f.first_date
    and d.date_day <= c.as_of_date
group by d.fiscal_year
