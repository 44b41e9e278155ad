-- Every first-line manager on every employed day with at least one rep at work who reported there,
-- since coaching is logged. It counts once, for the organisation of one of these reps (the lowest
-- key): so the figure of a manager is the own one, and those above add up.
with

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

working_weeks as (
    select * from {{ ref('working_weeks') }}
),

managing as (
    select
        org_versions.manager_id,
        rep_days.date_day,
        min(rep_days.org_key) as rep_org_key
    from rep_days
    inner join org_versions on rep_days.org_key = org_versions.org_key
    where org_versions.manager_id <> '(unassigned)'
    group by org_versions.manager_id, rep_days.date_day
),

final as (
    select
        managing.manager_id,
        managing.date_day,
        managing.rep_org_key,
        -- Five days up to the last working day of the person's week.
        mod(coalesce(working_weeks.last_working_day_iso, 5) - dates.day_of_week_iso + 7, 7) < 5
            as is_working_day
    from managing
    inner join dates on managing.date_day = dates.date_day
    inner join persons
        on
            managing.manager_id = persons.person_id
            and (persons.hire_date is null or managing.date_day >= persons.hire_date)
            and (persons.leave_date is null or managing.date_day <= persons.leave_date)
            and coalesce(persons.leave_date_source, '') <> 'never_seen'
    left join working_weeks on persons.time_zone = working_weeks.time_zone
)

select * from final
