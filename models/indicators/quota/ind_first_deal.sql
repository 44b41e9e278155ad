-- RA-01 time to the first won deal, for reps hired since the CRM knows of deals: before, the first
-- deal that is known is not their first. Whoever left or has none yet is censored, not left out.
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
    where is_rep
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
    where is_won and is_closed and not is_deleted
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

hired as (
    select
        persons.person_id,
        persons.hire_date,
        org_versions.org_key,
        least(coalesce(persons.leave_date, clock.as_of_date), clock.as_of_date) as watched_until
    from persons
    cross join clock
    cross join truncation
    inner join org_versions
        on
            persons.person_id = org_versions.person_id
            and persons.hire_date >= org_versions.valid_from
            and persons.hire_date < org_versions.valid_to
    where
        persons.hire_date <= clock.as_of_date
        and persons.hire_date >= truncation.deals_began_date
        and persons.hire_date >= coalesce(clock.deals_from_date, persons.hire_date)
),

first_wins as (
    select
        hired.person_id,
        min(credits.credit_date) as first_win_date
    from hired
    inner join credits on hired.person_id = credits.person_id
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id
    where
        credits.credit_date >= hired.hire_date
        and credits.credit_date <= hired.watched_until
    group by hired.person_id
),

lives as (
    select
        hired.org_key,
        hired.hire_date as date_day,
        {{ dbt.datediff(
            'hired.hire_date',
            'coalesce(first_wins.first_win_date, hired.watched_until)',
            'day'
        ) }} as duration,
        first_wins.first_win_date is not null as is_event
    from hired
    left join first_wins on hired.person_id = first_wins.person_id
    -- Left before the first day: no life to watch.
    where hired.watched_until >= hired.hire_date
),

final as (
    select
        'RA-01' as indicator_id,
        'median' as measure_id,
        org_key,
        date_day,
        'all' as dimension,
        'all' as member,
        cast(duration as integer) as duration,
        is_event
    from lives
)

select * from final
