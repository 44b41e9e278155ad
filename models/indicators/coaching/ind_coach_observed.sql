-- CO-11 coaching of coaches: each first-line manager's days are cut into windows as long as the
-- policy for managers asks (28 days where none is in force: assumed); a window is kept when
-- somebody above coached or observed the manager in it. It counts on its last day, for the
-- manager's own organisation: the entity manager is the second-line manager.
with

manager_days as (
    select * from {{ ref('ind_manager_day') }}
),

policies as (
    select * from {{ ref('dim_coaching_policy') }}
    where role = 'manager'
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where (is_broad and not is_late_entry) or (status = 'excused' and not is_deleted)
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

lines as (
    select * from {{ ref('dim_reporting_line') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

days as (
    select date_day
    from manager_days
    group by date_day
),

policy_days as (
    select
        days.date_day,
        min(policies.every_n_days) as every_n_days
    from days
    inner join policies
        on
            days.date_day >= policies.valid_from
            and (policies.valid_to is null or days.date_day < policies.valid_to)
    group by days.date_day
),

observed_days as (
    select
        attendees.coachee_id as manager_id,
        sessions.session_date as date_day,
        max(case when sessions.is_broad then 1 else 0 end) as is_observed,
        max(case when sessions.status = 'excused' then 1 else 0 end) as is_excused
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    inner join lines
        on
            attendees.coachee_id = lines.person_id
            and sessions.coach_id = lines.ancestor_id
            and sessions.session_date >= lines.valid_from
            and sessions.session_date < lines.valid_to
    group by attendees.coachee_id, sessions.session_date
),

due_days as (
    select
        manager_days.manager_id,
        manager_days.date_day,
        coalesce(policy_days.every_n_days, 28) as every_n_days,
        coalesce(observed_days.is_observed, 0) as is_observed,
        coalesce(observed_days.is_excused, 0) as is_excused
    from manager_days
    left join policy_days on manager_days.date_day = policy_days.date_day
    left join observed_days
        on
            manager_days.manager_id = observed_days.manager_id
            and manager_days.date_day = observed_days.date_day
),

numbered as (
    select
        *,
        row_number() over (
            partition by manager_id, every_n_days
            order by date_day asc nulls last
        ) as day_number
    from due_days
),

placed as (
    select
        *,
        cast(floor(cast(day_number - 1 as double) / cast(every_n_days as double)) as integer)
            as window_number
    from numbered
),

-- As for reps: only full windows, and none in which the session was excused and not held.
windows as (
    select
        manager_id,
        every_n_days,
        window_number,
        max(date_day) as last_day,
        max(is_observed) as is_observed
    from placed
    group by manager_id, every_n_days, window_number
    having
        count(*) = every_n_days
        and (max(is_observed) = 1 or max(is_excused) = 0)
),

final as (
    select
        'CO-11' as indicator_id,
        'rate' as measure_id,
        org_versions.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(windows.is_observed) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from windows
    inner join org_versions
        on
            windows.manager_id = org_versions.person_id
            and windows.last_day >= org_versions.valid_from
            and windows.last_day < org_versions.valid_to
    inner join date_periods on windows.last_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'CO-11'
            and grains.measure_id = 'rate'
            and grains.dimension = 'all'
    group by org_versions.org_key, date_periods.period_grain, date_periods.period_start
)

select * from final
