-- Every score that a person gave somebody for a skill, on a scale to five, from the lists of
-- attendees and from reviews, with the call or session on which it rests.
create temp table scored as
with

told as (
    select
        a.source_system as system,
        a.coachee_alias as alias,
        lower(trim(coalesce(a.skill, s.skill, 'unnamed'))) as skill,
        a.score,
        5 as top,
        s.session_date as day,
        s.session_id,
        s.mode,
        null as call_id,
        null as call_day
    from warehouse.intermediate.int_session_attended as a
    inner join warehouse.intermediate.int_session_conformed as s using (session_id)
    where a.score is not null and a.is_present
    union all
    select
        g.source_system,
        g.person_alias,
        lower(trim(coalesce(g.skill, 'unnamed'))),
        g.score,
        g.score_maximum,
        g.scored_date,
        s.session_id,
        s.mode,
        k.call_id,
        cast(timezone(c.zone, timezone('UTC', k.started_at)) as date)
    from warehouse.intermediate.int_skill_score_conformed as g
    cross join clock as c
    left join warehouse.intermediate.int_session_conformed as s
        on g.session_alias = s.session_id and s.session_date <= c.as_of
    left join warehouse.intermediate.int_call_conformed as k
        on
            g.call_alias = k.call_id
            and cast(timezone(c.zone, timezone('UTC', k.started_at)) as date) <= c.as_of
    where not g.is_machine_score
)

select
    coalesce(k.person_id, '(unassigned)') as person_id,
    t.skill,
    t.day,
    cast(5.0 * t.score / t.top as decimal(18, 6)) as points,
    coalesce(t.call_id, t.session_id) as event_id,
    coalesce(t.call_day, t.day) as event_day,
    t.call_id is not null or coalesce(t.mode in ('call_review', 'joint_call', 'ride_along'), false)
        as is_observed
from told as t
cross join clock as c
left join known_as as k
    on
        k.system = t.system and k.alias = t.alias
        and t.day >= k.valid_from and t.day < k.valid_to
where
    t.day <= c.as_of and t.top > 0 and t.skill not in ('overall', 'unnamed')
    and not exists (
        from warehouse.intermediate.int_record_deleted as d
        where
            d.entity = 'session' and d.record_key = t.session_id
            and c.as_of >= d.deleted_date and c.as_of < d.restored_date
    );
