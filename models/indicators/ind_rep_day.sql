-- Every rep on every employed day: what the coaching indicators count over.
-- A late entry is coaching that happened, but it does not count towards the cadence (rule R14).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

days as (
    select
        dates.date_day,
        clock.as_of_date
    from {{ ref('dim_date') }} as dates
    cross join clock
    where
        dates.date_day <= clock.as_of_date
        and dates.date_day > cast({{ dbt.dateadd('day', -2192, 'clock.as_of_date') }} as date)
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
    where is_rep and person_id <> '(unassigned)'
),

persons as (
    select * from {{ ref('dim_person') }}
),

policies as (
    select * from {{ ref('dim_coaching_policy') }}
    where role = 'rep'
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_held
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

coaching_start as (
    -- Also where the first sessions were removed because of their age: windows are counted from it.
    select
        case
            when max(clock.coaching_began_date) < min(sessions.session_date)
                then max(clock.coaching_began_date)
            else min(sessions.session_date)
        end as coaching_start_date,
        max(clock.coaching_from_date) as kept_from_date
    from sessions
    cross join clock
    where sessions.is_broad
),

-- What a team has agreed on holds in the place of what holds for all.
policy_days as (
    select
        days.date_day,
        policies.team_id,
        min(policies.every_n_days) as every_n_days,
        min(case when policies.is_assumed then 1 else 0 end) = 1 as is_policy_assumed
    from days
    inner join policies
        on
            days.date_day >= policies.valid_from
            and (policies.valid_to is null or days.date_day < policies.valid_to)
    group by days.date_day, policies.team_id
),

session_days as (
    select
        attendees.coachee_id as person_id,
        sessions.session_date as date_day,
        sum(case when sessions.is_strict then 1 else 0 end) as strict_session_count,
        sum(case when sessions.is_broad then 1 else 0 end) as broad_session_count,
        sum(case when sessions.is_strict and not sessions.is_late_entry then 1 else 0 end)
            as timely_strict_count,
        sum(case when sessions.is_broad and not sessions.is_late_entry then 1 else 0 end)
            as timely_broad_count,
        sum(case when sessions.is_strict then attendees.minutes else 0 end) as strict_minutes,
        sum(case when sessions.is_broad then attendees.minutes else 0 end) as broad_minutes
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    group by attendees.coachee_id, sessions.session_date
),

-- Leave, illness and holidays: a session that could not be due.
excused_days as (
    select
        attendees.coachee_id as person_id,
        excused.session_date as date_day,
        count(*) as excused_count
    from {{ ref('fct_coaching_session') }} as excused
    inner join attendees on excused.session_id = attendees.session_id
    where excused.status = 'excused'
    group by attendees.coachee_id, excused.session_date
),

rep_days as (
    select
        org_versions.person_id,
        days.date_day,
        org_versions.org_key,
        org_versions.team_id,
        coaching_start.coaching_start_date,
        greatest(
            coalesce(persons.hire_date, coaching_start.coaching_start_date),
            coaching_start.coaching_start_date,
            coalesce(coaching_start.kept_from_date, coaching_start.coaching_start_date)
        ) as gap_start_date
    from org_versions
    inner join persons on org_versions.person_id = persons.person_id
    inner join days
        on
            org_versions.valid_from <= days.date_day
            and org_versions.valid_to > days.date_day
            and (persons.hire_date is null or persons.hire_date <= days.date_day)
            and (persons.leave_date is null or persons.leave_date >= days.date_day)
            -- Gone, and nothing tells of a day of work.
            and coalesce(persons.leave_date_source, '') <> 'never_seen'
    cross join coaching_start
),

joined as (
    select
        rep_days.person_id,
        rep_days.date_day,
        rep_days.org_key,
        rep_days.gap_start_date,
        coalesce(rep_days.date_day >= rep_days.coaching_start_date, false) as is_coaching_logged,
        coalesce(team_days.every_n_days, policy_days.every_n_days) as every_n_days,
        coalesce(team_days.is_policy_assumed, policy_days.is_policy_assumed) as is_policy_assumed,
        coalesce(session_days.strict_session_count, 0) as strict_session_count,
        coalesce(session_days.broad_session_count, 0) as broad_session_count,
        coalesce(session_days.timely_strict_count, 0) as timely_strict_count,
        coalesce(session_days.timely_broad_count, 0) as timely_broad_count,
        coalesce(session_days.strict_minutes, 0) as strict_minutes,
        coalesce(session_days.broad_minutes, 0) as broad_minutes,
        coalesce(excused_days.excused_count, 0) as excused_count
    from rep_days
    left join policy_days
        on rep_days.date_day = policy_days.date_day and policy_days.team_id is null
    left join policy_days as team_days
        on rep_days.date_day = team_days.date_day and rep_days.team_id = team_days.team_id
    left join session_days
        on
            rep_days.person_id = session_days.person_id
            and rep_days.date_day = session_days.date_day
    left join excused_days
        on
            rep_days.person_id = excused_days.person_id
            and rep_days.date_day = excused_days.date_day
),

last_sessions as (
    select
        *,
        max(case when timely_strict_count > 0 then date_day end) over (
            partition by person_id order by date_day
            rows between unbounded preceding and current row
        ) as last_strict_date,
        max(case when timely_broad_count > 0 then date_day end) over (
            partition by person_id order by date_day
            rows between unbounded preceding and current row
        ) as last_broad_date,
        case
            when is_coaching_logged and every_n_days is not null
                then
                    row_number() over (
                        partition by person_id, is_coaching_logged, every_n_days order by date_day
                    )
        end as policy_day_number
    from joined
),

final as (
    select
        person_id,
        date_day,
        org_key,
        is_coaching_logged,
        cast(every_n_days as integer) as every_n_days,
        is_policy_assumed,
        cast(policy_day_number as integer) as policy_day_number,
        cast(strict_session_count as integer) as strict_session_count,
        cast(broad_session_count as integer) as broad_session_count,
        cast(timely_strict_count as integer) as timely_strict_count,
        cast(timely_broad_count as integer) as timely_broad_count,
        cast(strict_minutes as integer) as strict_minutes,
        cast(broad_minutes as integer) as broad_minutes,
        cast(excused_count as integer) as excused_count,
        cast(case
            when is_coaching_logged
                then
                    {{ dbt.datediff(
                        'coalesce(last_strict_date, gap_start_date)', 'date_day', 'day'
                    ) }}
        end as integer) as days_since_strict,
        cast(case
            when is_coaching_logged
                then
                    {{ dbt.datediff(
                        'coalesce(last_broad_date, gap_start_date)', 'date_day', 'day'
                    ) }}
        end as integer) as days_since_broad
    from last_sessions
)

select * from final
