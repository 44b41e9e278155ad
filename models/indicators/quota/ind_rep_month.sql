-- Every person who was hired since the CRM knows of deals, or before, in every whole month of
-- employment: what was won and credited in it, in the reporting currency, and how many full months
-- after the hire it ends. What ramp and fade of new reps are read from.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

truncation as (
    select * from {{ ref('ind_truncation') }}
),

persons as (
    select * from {{ ref('dim_person') }}
    where hire_date is not null and coalesce(leave_date_source, '') <> 'never_seen'
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
    where is_won and is_closed and not is_deleted
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

-- Before the first deals, or what is left of them, a month without a win tells nothing.
months as (
    select
        p.period_start as month_start,
        p.period_end as month_end
    from {{ ref('ind_period_day') }} as p
    cross join clock
    cross join truncation
    where
        p.period_grain = 'month'
        and p.is_complete
        and p.period_start >= coalesce(clock.deals_from_date, p.period_start)
        and p.period_end >= truncation.deals_began_date
),

won as (
    select
        credits.person_id,
        cast({{ dbt.date_trunc('month', 'credits.credit_date') }} as date) as month_start,
        sum(credits.reporting_amount) as won_amount
    from credits
    cross join clock
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id
    where
        credits.credit_date <= clock.as_of_date
        and credits.reporting_amount is not null
    group by
        credits.person_id, cast({{ dbt.date_trunc('month', 'credits.credit_date') }} as date)
),

employed as (
    select
        persons.person_id,
        persons.hire_date,
        months.month_start,
        months.month_end,
        org_versions.org_key,
        org_versions.is_rep,
        {{ dbt.datediff('persons.hire_date', 'months.month_start', 'month') }}
        + case
            when
                persons.hire_date
                = cast({{ dbt.date_trunc('month', 'persons.hire_date') }} as date)
                then 1
            else 0
        end as month_number
    from persons
    inner join months
        on
            persons.hire_date <= months.month_end
            and coalesce(persons.leave_date >= months.month_end, true)
    inner join org_versions
        on
            persons.person_id = org_versions.person_id
            and months.month_end >= org_versions.valid_from
            and months.month_end < org_versions.valid_to
),

final as (
    select
        employed.person_id,
        employed.hire_date,
        employed.month_start,
        employed.month_end,
        employed.org_key,
        employed.is_rep,
        cast(employed.month_number as integer) as month_number,
        cast(coalesce(won.won_amount, 0) as decimal(18, 2)) as won_amount
    from employed
    left join won
        on
            employed.person_id = won.person_id
            and employed.month_start = won.month_start
)

select * from final
