-- RA-03 fade after the first months: the monthly won amount of months 7 to 12 against the best
-- three months in a row of months 1 to 6. Only reps who were there as reps for all twelve, and only
-- those hired since the CRM knows of deals; who won nothing in the first six has no peak to fade
-- from.
with

truncation as (
    select * from {{ ref('ind_truncation') }}
),

rep_months as (
    select * from {{ ref('ind_rep_month') }}
    where month_number between 1 and 12
),

rolling as (
    select
        person_id,
        hire_date,
        month_number,
        month_end,
        org_key,
        is_rep,
        won_amount,
        sum(won_amount) over (
            partition by person_id
            order by month_number asc nulls last
            rows between 2 preceding and current row
        ) as three_month_amount
    from rep_months
),

reps as (
    select
        rolling.person_id,
        max(case when rolling.month_number = 12 then rolling.org_key end) as org_key,
        max(case when rolling.month_number = 12 then rolling.month_end end) as date_day,
        max(case
            when rolling.month_number between 3 and 6 then rolling.three_month_amount
        end) as peak_amount,
        sum(case when rolling.month_number >= 7 then rolling.won_amount else 0 end)
            as later_amount
    from rolling
    cross join truncation
    where rolling.hire_date >= truncation.deals_began_date
    group by rolling.person_id
    having count(*) = 12 and min(case when rolling.is_rep then 1 else 0 end) = 1
),

measures as (
    select 'median' as measure_id
    union all
    select 'mean' as measure_id
),

-- A mean of six months over a mean of three, less one.
final as (
    select
        'RA-03' as indicator_id,
        measures.measure_id,
        reps.org_key,
        reps.date_day,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(
            cast(reps.later_amount as double) / (2 * cast(reps.peak_amount as double)) - 1
            as decimal(18, 6)
        ) as observed_value
    from reps
    cross join measures
    where reps.peak_amount > 0
)

select * from final
