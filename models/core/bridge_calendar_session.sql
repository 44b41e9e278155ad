-- Which meetings are coaching: called so, between exactly two people of the company of whom one
-- manages the other, or alone manages anybody. R11: the same coach, rep and day in a coaching log
-- is that session; copies in several calendars are one.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

events as (
    select e.*
    from {{ ref('int_calendar_event_conformed') }} as e
    inner join clock
        on e.event_date <= clock.as_of_date
    where e.is_coaching and e.status <> 'tentative'
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

history as (
    select
        person_id,
        manager_id,
        valid_from,
        valid_to
    from {{ ref('dim_person_history') }}
),

named as (
    select
        e.calendar_event_id,
        e.event_date,
        a.person_alias,
        p.person_id
    from events as e
    inner join {{ ref('int_calendar_attendee_conformed') }} as a
        on e.calendar_event_id = a.calendar_event_id
    left join aliases as p
        on
            a.source_system = p.source_system
            and a.person_alias = p.alias
            and e.event_date >= p.valid_from
            and e.event_date < p.valid_to
),

pairs as (
    select
        calendar_event_id,
        event_date,
        min(person_id) as first_id,
        max(person_id) as second_id
    from named
    group by calendar_event_id, event_date
    having
        count(distinct person_id) = 2
        and sum(case when person_id is null then 1 else 0 end) = 0
),

managing as (
    select
        p.calendar_event_id,
        max(case when h.manager_id = p.first_id and h.person_id = p.second_id then 1 else 0 end)
            as first_manages_second,
        max(case when h.manager_id = p.second_id and h.person_id = p.first_id then 1 else 0 end)
            as second_manages_first,
        max(case when h.manager_id = p.first_id then 1 else 0 end) as first_manages,
        max(case when h.manager_id = p.second_id then 1 else 0 end) as second_manages
    from pairs as p
    inner join history as h
        on
            (p.first_id = h.manager_id or p.second_id = h.manager_id)
            and p.event_date >= h.valid_from
            and p.event_date < h.valid_to
    group by p.calendar_event_id
),

coached as (
    select
        p.calendar_event_id,
        p.event_date,
        case
            when m.first_manages_second > m.second_manages_first then p.first_id
            when m.second_manages_first > m.first_manages_second then p.second_id
            when m.first_manages > m.second_manages then p.first_id
            when m.second_manages > m.first_manages then p.second_id
        end as coach_id,
        case
            when m.first_manages_second > m.second_manages_first then p.second_id
            when m.second_manages_first > m.first_manages_second then p.first_id
            when m.first_manages > m.second_manages then p.second_id
            when m.second_manages > m.first_manages then p.first_id
        end as coachee_id
    from pairs as p
    inner join managing as m
        on p.calendar_event_id = m.calendar_event_id
),

logged as (
    select
        s.session_date,
        coach.person_id as coach_id,
        coachee.person_id as coachee_id,
        min(s.session_id) as session_id
    from {{ ref('int_session_conformed') }} as s
    inner join {{ ref('int_session_attended') }} as a
        on s.session_id = a.session_id
    inner join aliases as coach
        on
            s.source_system = coach.source_system
            and s.coach_alias = coach.alias
            and s.session_date >= coach.valid_from
            and s.session_date < coach.valid_to
    inner join aliases as coachee
        on
            a.source_system = coachee.source_system
            and a.coachee_alias = coachee.alias
            and s.session_date >= coachee.valid_from
            and s.session_date < coachee.valid_to
    where s.source_system = 'coaching_log'
    group by s.session_date, coach.person_id, coachee.person_id
),

ranked as (
    select
        c.calendar_event_id,
        c.coach_id,
        c.coachee_id,
        l.session_id as logged_session_id,
        first_value(c.calendar_event_id) over (
            partition by c.coach_id, c.coachee_id, c.event_date, e.start_at
            order by
                case when e.status = 'cancelled' then 0 else 1 end asc,
                c.calendar_event_id asc
        ) as first_event_id
    from coached as c
    inner join events as e
        on c.calendar_event_id = e.calendar_event_id
    left join logged as l
        on
            c.event_date = l.session_date
            and c.coach_id = l.coach_id
            and c.coachee_id = l.coachee_id
    where c.coach_id is not null
),

person_aliases as (
    select
        calendar_event_id,
        person_id,
        min(person_alias) as person_alias
    from named
    group by calendar_event_id, person_id
),

final as (
    select
        r.calendar_event_id,
        coalesce(r.logged_session_id, r.first_event_id) as session_id,
        r.logged_session_id is null and r.first_event_id = r.calendar_event_id as is_own_session,
        r.coach_id,
        r.coachee_id,
        coach.person_alias as coach_alias,
        coachee.person_alias as coachee_alias,
        e.event_date as session_date,
        e.minutes as duration_minutes,
        case when e.status = 'moved' then 'held' else e.status end as status,
        e.moved_from_date,
        e.source_system,
        e._source_file,
        e._source_row
    from ranked as r
    inner join events as e
        on r.calendar_event_id = e.calendar_event_id
    inner join person_aliases as coach
        on r.calendar_event_id = coach.calendar_event_id and r.coach_id = coach.person_id
    inner join person_aliases as coachee
        on r.calendar_event_id = coachee.calendar_event_id and r.coachee_id = coachee.person_id
)

select * from final
