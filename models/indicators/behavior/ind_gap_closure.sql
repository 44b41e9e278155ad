-- BE-09 gap closure: from the first score below the target of 4 of 5 to the second of two scores
-- in a row at or above it. A gap that is open on the as-of date, or when its rep leaves, is
-- censored. A low score is followed by a better one also where nobody does anything, so the same
-- is measured for as long as nobody coached the skill: there the first such session censors. To
-- pick the gaps that were never coached would pick those that closed before anybody could.
with

skill_days as (
    select * from {{ ref('ind_skill_day') }}
),

clock as (
    select * from {{ ref('dim_clock') }}
),

persons as (
    select * from {{ ref('dim_person') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad and skill is not null
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

judged as (
    select
        person_id,
        skill,
        scored_date,
        points >= 4 as is_good,
        points >= 4 and coalesce(
            lag(points) over (
                partition by person_id, skill order by scored_date asc nulls last
            ) >= 4, false
        ) as is_closing
    from skill_days
),

blocks as (
    select
        person_id,
        skill,
        scored_date,
        is_good,
        sum(case when is_closing then 1 else 0 end) over (
            partition by person_id, skill order by scored_date asc nulls last
            rows between unbounded preceding and current row
        ) as block_number,
        min(case when is_closing then scored_date end) over (
            partition by person_id, skill order by scored_date asc nulls last
            rows between current row and unbounded following
        ) as closed_date
    from judged
),

-- Further low scores of a gap that is open do not open another one.
gaps as (
    select
        person_id,
        skill,
        block_number,
        min(scored_date) as opened_date,
        min(closed_date) as closed_date
    from blocks
    where not is_good
    group by person_id, skill, block_number
),

coached_days as (
    select
        attendees.coachee_id as person_id,
        lower(trim(sessions.skill)) as skill,
        sessions.session_date
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    group by attendees.coachee_id, lower(trim(sessions.skill)), sessions.session_date
),

first_coached as (
    select
        gaps.person_id,
        gaps.skill,
        gaps.opened_date,
        min(coached_days.session_date) as coached_date
    from gaps
    inner join coached_days
        on
            gaps.person_id = coached_days.person_id
            and gaps.skill = coached_days.skill
            and gaps.opened_date <= coached_days.session_date
    group by gaps.person_id, gaps.skill, gaps.opened_date
),

watched as (
    select
        org_versions.org_key,
        gaps.opened_date,
        gaps.closed_date,
        first_coached.coached_date,
        coalesce(
            gaps.closed_date,
            greatest(
                gaps.opened_date,
                least(clock.as_of_date, coalesce(persons.leave_date, clock.as_of_date))
            )
        ) as last_date
    from gaps
    cross join clock
    inner join org_versions
        on
            gaps.person_id = org_versions.person_id
            and gaps.opened_date >= org_versions.valid_from
            and gaps.opened_date < org_versions.valid_to
    left join persons on gaps.person_id = persons.person_id
    left join first_coached
        on
            gaps.person_id = first_coached.person_id
            and gaps.skill = first_coached.skill
            and gaps.opened_date = first_coached.opened_date
),

lives as (
    select
        'closed_90' as measure_id,
        org_key,
        opened_date as date_day,
        {{ dbt.datediff('opened_date', 'last_date', 'day') }} as duration,
        closed_date is not null as is_event
    from watched
    union all
    select
        'median_days' as measure_id,
        org_key,
        opened_date as date_day,
        {{ dbt.datediff('opened_date', 'last_date', 'day') }} as duration,
        closed_date is not null as is_event
    from watched
    union all
    -- Coached on the very day on which it showed: there was no time without coaching.
    select
        'closed_90_uncoached' as measure_id,
        org_key,
        opened_date as date_day,
        {{ dbt.datediff(
            'opened_date', 'least(last_date, coalesce(coached_date, last_date))', 'day'
        ) }} as duration,
        closed_date is not null and coalesce(coached_date >= closed_date, true) as is_event
    from watched
    where coached_date is null or coached_date > opened_date
),

final as (
    select
        'BE-09' as indicator_id,
        measure_id,
        org_key,
        date_day,
        'all' as dimension,
        'all' as member,
        cast(duration as integer) as duration,
        is_event
    from lives
)

select * from final
