-- The stock of open deals on the last day of every period that has begun, at that day's rate (rule
-- R8). A deal that was deleted or merged by as_of is in no stock, as in the indicators.
with

clock as (
    select
        as_of_date,
        reporting_currency
    from {{ ref('dim_clock') }}
),

stock_days as (
    select least(p.period_end, clock.as_of_date) as snapshot_date
    from {{ ref('dim_period') }} as p
    cross join clock
    where p.period_start <= clock.as_of_date
    group by least(p.period_end, clock.as_of_date)
),

snapshot_days as (
    select
        snapshot_date,
        row_number() over (order by snapshot_date asc) as day_number
    from stock_days
),

last_days as (
    select max(day_number) as day_number from snapshot_days
),

-- The number of the first snapshot on or after each day.
day_numbers as (
    select
        d.date_day,
        1 + count(s.snapshot_date) over (
            order by d.date_day asc
            rows between unbounded preceding and 1 preceding
        ) as day_number
    from {{ ref('dim_date') }} as d
    left join snapshot_days as s
        on d.date_day = s.snapshot_date
),

deals as (
    select opportunity_id from {{ ref('fct_opportunity') }}
    where not is_deleted
),

-- Days before the calendar lie before the first snapshot, days after it behind the last.
open_versions as (
    select
        v.*,
        coalesce(f.day_number, 1) as first_number,
        case
            when t.day_number is not null then t.day_number
            when v.valid_to_date > clock.as_of_date then l.day_number + 1
            else 1
        end as next_number
    from {{ ref('fct_opportunity_version') }} as v
    cross join clock
    cross join last_days as l
    inner join deals as d
        on v.opportunity_id = d.opportunity_id
    left join day_numbers as f
        on v.valid_from_date = f.date_day
    left join day_numbers as t
        on v.valid_to_date = t.date_day
    where v.stage_category = 'open'
),

-- Many deals share the same few spans: an equality join with these stays linear where a join of
-- every deal with every day in its interval does not.
spans as (
    select
        first_number,
        next_number
    from open_versions
    where first_number < next_number
    group by first_number, next_number
),

span_days as (
    select
        p.first_number,
        p.next_number,
        s.snapshot_date
    from spans as p
    inner join snapshot_days as s
        on p.first_number <= s.day_number and p.next_number > s.day_number
),

rates as (
    select * from {{ ref('dim_exchange_rate_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

stocks as (
    select
        v.*,
        s.snapshot_date,
        r.rate,
        r.constant_rate,
        clock.reporting_currency,
        {{ converted('v.amount', 'r.rate') }} as snapshot_amount
    from open_versions as v
    cross join clock
    inner join span_days as s
        on v.first_number = s.first_number and v.next_number = s.next_number
    left join rates as r
        on v.currency_code = r.currency_code and s.snapshot_date = r.date_day
),

-- The constant rate is the same on all days: its amount is the version's.
final as (
    select
        s.opportunity_id,
        s.snapshot_date,
        s.version_number,
        s.stage_name,
        s.stage_order,
        s.is_qualified,
        s.forecast_category,
        s.close_date,
        s.owner_id,
        o.org_key as owner_org_key,
        s.amount,
        s.currency_code,
        s.snapshot_amount as reporting_amount,
        s.constant_rate_amount,
        s.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            's.amount', 's.rate', 's.constant_rate', 's.snapshot_amount', 's.constant_rate_amount'
        ) }} as currency_reason_code,
        s.source_system,
        s._source_file,
        s._source_row
    from stocks as s
    inner join org_versions as o
        on
            s.owner_id = o.person_id
            and s.snapshot_date >= o.valid_from
            and s.snapshot_date < o.valid_to
)

select * from final
