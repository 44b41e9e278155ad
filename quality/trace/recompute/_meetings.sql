-- Every session that was planned or held, inspections and deleted ones left out, with its coach, what
-- the log says of it, and the one person for whose organisation it counts.
-- From core: meetings of calendars that are sessions of their own.
create temp table meeting as
with

said as (
    select
        session_id, initiator, session_trigger, cancelled_by, moved_from_date
    from warehouse.intermediate.int_session_conformed
    union all
    select session_id, null, null, null, moved_from_date
    from build.core.bridge_calendar_session
    where is_own_session
),

led as (
    select
        r.*,
        coalesce(k.person_id, '(unassigned)') as coach_id
    from session_row as r
    cross join clock as c
    left join known_as as k
        on
            k.system = r.source_system and k.alias = r.coach_alias
            and r.session_date >= k.valid_from and r.session_date < k.valid_to
    where
        r.session_date <= c.as_of
        and r.mode is distinct from 'inspection'
        and r.session_id not in (
            select record_key
            from warehouse.intermediate.int_record_deleted
            cross join clock as c
            where entity = 'session' and deleted_date <= c.as_of and restored_date > c.as_of
        )
),

-- Present before absent, known before unknown, whoever reports to the coach before others.
stands_for as (
    select
        l.session_id,
        arg_min(
            a.person_id,
            (
                not a.is_present,
                a.person_id = '(unassigned)',
                m.person_id is null,
                a.person_id
            )
        ) as person_id
    from led as l
    inner join coached as a using (session_id)
    left join stood as m
        on
            m.entity_type = 'manager' and m.entity_id = l.coach_id
            and m.person_id = a.person_id
            and l.session_date >= m.valid_from and l.session_date < m.valid_to
    group by all
)

select
    l.session_id,
    l.session_date as day,
    l.status,
    l.coach_id,
    l.duration_minutes as minutes,
    coalesce(f.person_id, l.coach_id) as person_id,
    s.initiator,
    s.session_trigger,
    s.cancelled_by,
    s.moved_from_date as moved_from,
    c.is_broad,
    c.is_strict,
    c.is_group,
    c.is_late
from led as l
inner join said as s using (session_id)
inner join coaching as c using (session_id)
left join stands_for as f using (session_id);
