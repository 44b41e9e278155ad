-- CO-07 cancelled and moved sessions and CO-08 Friday slippage: what became of each session that
-- was planned for a day. It counts on the day for which it was planned, for the organisation of its
-- coachee on that day. A log may tell of one that was moved twice, as moved on the old day and as
-- held on the new one: that is one session.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

sessions as (
    select * from {{ ref('ind_session_org') }}
    where status <> 'excused'
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where coachee_id <> '(unassigned)'
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

working_weeks as (
    select * from {{ ref('working_weeks') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

told as (
    select
        sessions.session_id,
        sessions.coach_id,
        attendees.coachee_id,
        sessions.session_date,
        sessions.status,
        sessions.moved_from_date
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    where sessions.coach_id <> '(unassigned)'
),

-- Moved away, and told again on the new day.
told_again as (
    select away.session_id
    from told as away
    inner join told as back
        on
            away.coach_id = back.coach_id
            and away.coachee_id = back.coachee_id
            and away.session_date = back.moved_from_date
    where
        away.status = 'moved'
        and back.session_date <> back.moved_from_date
    group by away.session_id
),

planned as (
    select
        sessions.session_id,
        sessions.person_id,
        sessions.coach_id,
        sessions.status,
        sessions.cancelled_by,
        sessions.session_date,
        coalesce(sessions.moved_from_date, sessions.session_date) as planned_date,
        sessions.status = 'moved'
        or coalesce(sessions.moved_from_date <> sessions.session_date, false) as is_moved,
        coalesce(sessions.moved_from_date <> sessions.session_date, false) as is_new_day_known
    from sessions
    left join told_again on sessions.session_id = told_again.session_id
    where told_again.session_id is null
),

-- The week is that of the coach, whose time it is.
judged as (
    select
        planned.person_id,
        planned.planned_date,
        case
            when planned.is_moved or planned.status = 'cancelled' then 1
            else 0
        end as disturbed_count,
        case
            when
                (planned.is_moved or planned.status = 'cancelled')
                and planned.cancelled_by = 'rep'
                then 1
            else 0
        end as disturbed_by_rep_count,
        case when planned.is_moved then 1 else 0 end as moved_count,
        case when planned.is_new_day_known then 1 else 0 end as landed_count,
        case
            when
                planned.is_new_day_known
                and dates.day_of_week_iso = coalesce(working_weeks.last_working_day_iso, 5)
                then 1
            else 0
        end as landed_last_day_count,
        -- What was moved in the last four weeks may still be held.
        case
            when
                planned.is_moved
                and planned.planned_date
                <= cast({{ dbt.dateadd('day', -28, 'clock.as_of_date') }} as date)
                then 1
            else 0
        end as settled_count,
        case
            when
                planned.is_moved
                and planned.status <> 'held'
                and planned.planned_date
                <= cast({{ dbt.dateadd('day', -28, 'clock.as_of_date') }} as date)
                then 1
            else 0
        end as never_held_count
    from planned
    cross join clock
    inner join dates on planned.session_date = dates.date_day
    left join persons on planned.coach_id = persons.person_id
    left join working_weeks on persons.time_zone = working_weeks.time_zone
    where
        planned.planned_date <= clock.as_of_date
        -- Still called planned although its day has passed: nobody said what became of it.
        and (planned.status <> 'scheduled' or planned.is_moved)
),

counted as (
    select
        org_versions.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as planned_count,
        sum(judged.disturbed_count) as disturbed_count,
        sum(judged.disturbed_by_rep_count) as disturbed_by_rep_count,
        sum(judged.landed_count) as landed_count,
        sum(judged.landed_last_day_count) as landed_last_day_count,
        sum(judged.settled_count) as settled_count,
        sum(judged.never_held_count) as never_held_count
    from judged
    inner join org_versions
        on
            judged.person_id = org_versions.person_id
            and judged.planned_date >= org_versions.valid_from
            and judged.planned_date < org_versions.valid_to
    inner join date_periods on judged.planned_date = date_periods.date_day
    group by org_versions.org_key, date_periods.period_grain, date_periods.period_start
),

measures as (
    select
        'CO-07' as indicator_id,
        'rate' as measure_id,
        org_key,
        period_grain,
        period_start,
        disturbed_count - disturbed_by_rep_count as numerator,
        planned_count as denominator
    from counted
    union all
    select
        'CO-07' as indicator_id,
        'by_rep' as measure_id,
        org_key,
        period_grain,
        period_start,
        disturbed_by_rep_count as numerator,
        planned_count as denominator
    from counted
    union all
    select
        'CO-08' as indicator_id,
        'last_day' as measure_id,
        org_key,
        period_grain,
        period_start,
        landed_last_day_count as numerator,
        landed_count as denominator
    from counted
    where landed_count > 0
    union all
    select
        'CO-08' as indicator_id,
        'never_held' as measure_id,
        org_key,
        period_grain,
        period_start,
        never_held_count as numerator,
        settled_count as denominator
    from counted
    where settled_count > 0
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.denominator as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
