-- CQ-05 rep-owned next steps, action by action from the landed lists: who was there, who is to do it
-- and who worded it.
-- needs: people, sessions
with

present as (
    select session_id, list(person_id) as persons, count(*) filter (where is_present) as heads
    from coached
    where person_id <> '(unassigned)' and is_present
    group by all
),

alone as (
    select session_id, any_value(person_id) as person_id
    from coached
    group by all
    having count(*) = 1
),

actions as (
    select
        a.action_id,
        a.session_id,
        lower(a.author_alias) as author,
        o.person_id as owner_id,
        w.person_id as author_id,
        coalesce(a.created_date, s.session_date, a.first_due_date) as agreed_on,
        coalesce(nullif(alone.person_id, '(unassigned)'), o.person_id, '(unassigned)') as person_id,
        coalesce(p.persons, []) as persons
    from warehouse.intermediate.int_action_conformed as a
    cross join clock
    left join warehouse.intermediate.int_session_conformed as s using (session_id)
    left join present as p using (session_id)
    left join alone using (session_id)
    left join known_as as o
        on
            o.system = a.source_system and o.alias = a.owner_alias
            and coalesce(a.created_date, s.session_date, a.first_due_date) >= o.valid_from
            and coalesce(a.created_date, s.session_date, a.first_due_date) < o.valid_to
    left join known_as as w
        on
            w.system = a.source_system and w.alias = a.author_alias
            and coalesce(a.created_date, s.session_date, a.first_due_date) >= w.valid_from
            and coalesce(a.created_date, s.session_date, a.first_due_date) < w.valid_to
    where
        a.is_ownership_told
        and s.session_date <= clock.as_of
        and coalesce(a.created_date, s.session_date, a.first_due_date) <= clock.as_of
        and not exists (
            from warehouse.intermediate.int_record_deleted as d
            where
                clock.as_of >= d.deleted_date and clock.as_of < d.restored_date
                and (
                    d.entity = 'action' and d.record_key = a.action_id
                    or d.entity = 'session' and d.record_key = a.session_id
                )
        )
),

judged as (
    select
        *,
        list_contains(persons, owner_id)
        or list_contains(persons, author_id)
        or author in ('rep', 'coachee', 'sales rep', 'seller') as is_own
    from actions
    where is_own is true or owner_id is not null
)

select
    c.cell_id,
    count(*) filter (where j.is_own) as numerator,
    count(j.action_id) as denominator,
    count(j.action_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join judged as j
    on
        j.person_id = s.person_id
        and j.agreed_on >= s.valid_from and j.agreed_on < s.valid_to
        and j.agreed_on between c.period_from and c.stock_date
group by c.cell_id
