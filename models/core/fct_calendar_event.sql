with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

events as (
    select * from {{ ref('int_calendar_event_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

sessions as (
    select * from {{ ref('bridge_calendar_session') }}
),

final as (
    select
        e.calendar_event_id,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        e.event_date,
        e.start_at,
        e.end_at,
        e.minutes,
        e.is_private,
        e.is_all_day,
        e.status,
        e.status in ('held', 'moved') as is_held,
        e.attendee_count,
        s.session_id is not null as is_coaching,
        s.session_id,
        e.recurrence_id,
        e.moved_from_date,
        e.cancelled_by,
        e.source_system,
        e._source_file,
        e._source_row
    from events as e
    inner join clock
        on e.event_date <= clock.as_of_date
    left join aliases as p
        on
            e.source_system = p.source_system
            and e.owner_alias = p.alias
            and e.event_date >= p.valid_from
            and e.event_date < p.valid_to
    left join sessions as s
        on e.calendar_event_id = s.calendar_event_id
)

select * from final
