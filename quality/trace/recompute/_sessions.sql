-- Every coaching session and who was coached in it, from the landed logs; what makes a session
-- held, logged, strict or late is said again here.
-- From core: meetings of calendars that are sessions of their own.
create temp table session_row as
select
    source_system, session_id, session_date, duration_minutes, coach_alias, area, mode, status,
    opportunity_alias is not null or gap_id is not null or skill is not null or has_focus
        as has_focus,
    recorded_date, is_first_load
from warehouse.intermediate.int_session_conformed
union all
select
    source_system, session_id, session_date, duration_minutes, coach_alias, 'unclassified',
    'one_on_one', status, false, null, true
from build.core.bridge_calendar_session
where is_own_session;

create temp table coached as
with

named as (
    select source_system, session_id, coachee_alias, minutes, is_present, is_listed,
        _source_row, list_place
    from warehouse.intermediate.int_session_attended
    union all
    select source_system, session_id, coachee_alias, null, true, false, null, null
    from build.core.bridge_calendar_session
    where is_own_session
),

-- One line for everybody who was named, however often.
people as (
    select
        s.session_id,
        s.session_date,
        s.duration_minutes as length,
        coalesce(k.person_id, '?' || n.coachee_alias) as name_key,
        coalesce(k.person_id, '(unassigned)') as person_id,
        max(n.minutes) as given,
        bool_or(n.is_listed) as is_listed,
        min(n._source_row) as first_row,
        min(n.list_place) as first_place,
        not bool_or(n.is_listed) or bool_or(n.is_listed and n.is_present) as is_present
    from named as n
    inner join session_row as s using (session_id)
    cross join clock as c
    left join known_as as k
        on
            k.system = n.source_system and k.alias = n.coachee_alias
            and s.session_date >= k.valid_from and s.session_date < k.valid_to
    where s.session_date <= c.as_of
    group by all
),

present as (
    select
        session_id,
        any_value(length) as length,
        list(
            name_key
            order by is_listed, first_row nulls last, first_place nulls last, name_key
        ) as names,
        bool_and(given is not null) as all_given,
        sum(given) as given
    from people
    where is_present
    group by session_id
),

-- Minutes that were written down count if they fit; else all get the same, the first one more.
shared as (
    select
        p.*,
        case
            when not p.is_present then 0
            when t.all_given and coalesce(t.given <= t.length, true) then p.given
            else
                t.length // len(t.names)
                + case
                    when list_position(t.names, p.name_key) <= t.length % len(t.names) then 1
                    else 0
                end
        end as minutes
    from people as p
    left join present as t using (session_id)
)

select
    session_id,
    session_date,
    person_id,
    sum(minutes) as minutes,
    bool_or(is_present) as is_present,
    count(*) as name_count
from shared
group by all;

create temp table coaching as
with

crowd as (
    select
        session_id,
        sum(name_count) filter (where is_present) as heads,
        count(*) filter (where is_present and person_id <> '(unassigned)') as known_heads
    from coached
    group by all
),

agreed as (
    select a.session_id
    from warehouse.intermediate.int_action_conformed as a
    cross join clock as c
    where coalesce(a.created_date <= c.as_of, true)
    group by all
),

judged as (
    select
        s.*,
        s.status = 'held' and s.session_id not in (
            select record_key
            from warehouse.intermediate.int_record_deleted
            cross join clock as c
            where entity = 'session' and deleted_date <= c.as_of and restored_date > c.as_of
        ) as is_held,
        coalesce(s.mode, '') = 'group' or coalesce(crowd.heads, 0) > 1 as is_group,
        coalesce(crowd.known_heads, 0) as known_heads,
        exists (
            select 1
            from known_as as k
            where
                k.system = s.source_system and k.alias = s.coach_alias
                and s.session_date >= k.valid_from and s.session_date < k.valid_to
        ) as is_coach_known,
        s.session_id in (select session_id from agreed) as has_action
    from session_row as s
    cross join clock as c
    left join crowd using (session_id)
    where s.session_date <= c.as_of
)

select
    session_id,
    session_date as day,
    status,
    area,
    is_group,
    is_held and coalesce(mode, '') <> 'inspection' as is_broad,
    is_held and coalesce(mode, '') <> 'inspection'
    and is_coach_known and known_heads > 0 and area <> 'unclassified' and has_focus and has_action
        as is_strict,
    coalesce(not is_first_load and recorded_date - session_date > 7, false) as is_late
from judged;
