-- RA-02 time to productivity, in full months after the hire: until the first month in which the won
-- amount of three months reaches 80 % of what the median tenured rep won in the same three. A month
-- with fewer than three tenured reps, or in which their median is nothing, sets no bar.
with

truncation as (
    select * from {{ ref('ind_truncation') }}
),

clock as (
    select * from {{ ref('dim_clock') }}
),

rep_months as (
    select * from {{ ref('ind_rep_month') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
    where is_rep
),

persons as (
    select * from {{ ref('dim_person') }}
    where hire_date is not null and coalesce(leave_date_source, '') <> 'never_seen'
),

rolling as (
    select
        person_id,
        month_start,
        month_number,
        is_rep,
        sum(won_amount) over (
            partition by person_id
            order by month_start asc nulls last
            rows between 2 preceding and current row
        ) as won_amount,
        count(*) over (
            partition by person_id
            order by month_start asc nulls last
            rows between 2 preceding and current row
        ) as month_count
    from rep_months
),

tenured as (
    select
        month_start,
        cast(median(won_amount) as double) as median_amount
    from rolling
    where is_rep and month_number >= 12 and month_count = 3
    group by month_start
    having count(*) >= 3
),

-- Hired when what tenured reps win was already known in full.
hired as (
    select
        persons.person_id,
        persons.hire_date,
        org_versions.org_key
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
        and persons.hire_date >= truncation.deals_whole_from_date
        and persons.hire_date >= coalesce(clock.deals_from_date, persons.hire_date)
        and coalesce(persons.leave_date >= persons.hire_date, true)
),

judged as (
    select
        hired.person_id,
        hired.hire_date,
        hired.org_key,
        rolling.month_number,
        coalesce(
            tenured.median_amount > 0
            and 5 * cast(rolling.won_amount as double) >= 4 * tenured.median_amount,
            false
        ) as is_reached
    from hired
    left join rolling
        on
            hired.person_id = rolling.person_id
            and rolling.is_rep
    left join tenured on rolling.month_start = tenured.month_start
),

lives as (
    select
        org_key,
        hire_date,
        min(case when is_reached then month_number end) as reached_month,
        max(month_number) as last_month
    from judged
    group by person_id, org_key, hire_date
),

final as (
    select
        'RA-02' as indicator_id,
        'median' as measure_id,
        org_key,
        hire_date as date_day,
        'all' as dimension,
        'all' as member,
        cast(coalesce(reached_month, last_month, 0) as integer) as duration,
        reached_month is not null as is_event
    from lives
)

select * from final
