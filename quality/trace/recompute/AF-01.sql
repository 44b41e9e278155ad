-- AF-01 action on-time completion, action by action from the landed lists: whose it is, and whether
-- it was done by the first date that was agreed, or whether no date was agreed at all.
-- needs: people, sessions
with

alone as (
    select session_id, any_value(person_id) as person_id
    from coached
    group by all
    having count(*) = 1
),

actions as (
    select
        a.action_id,
        coalesce(nullif(alone.person_id, '(unassigned)'), k.person_id, '(unassigned)') as person_id,
        a.first_due_date,
        coalesce(a.created_date, s.session_date, a.first_due_date) as agreed_on,
        coalesce(a.completed_date <= least(a.first_due_date, clock.as_of), false) as is_on_time,
        a.completed_date is null
        and (a.status in ('done', 'unknown') or a.is_completion_dated is not distinct from false)
            as is_past_telling
    from warehouse.intermediate.int_action_conformed as a
    cross join clock
    left join warehouse.intermediate.int_session_conformed as s using (session_id)
    left join alone using (session_id)
    left join known_as as k
        on
            k.system = a.source_system and k.alias = a.owner_alias
            and coalesce(a.created_date, s.session_date, a.first_due_date) >= k.valid_from
            and coalesce(a.created_date, s.session_date, a.first_due_date) < k.valid_to
    where
        coalesce(a.created_date, s.session_date, a.first_due_date) <= clock.as_of
        and a.status is distinct from 'dropped'
        -- An action of a list by itself, a next step with the session that it stands beside.
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

counted as (
    select 'on_time' as measure_id, action_id, person_id, first_due_date as day, is_on_time as counts
    from actions
    -- Done on an unknown day, or told by a form or a log that cannot say: neither on time nor late.
    where is_past_telling is distinct from true
    union all
    select 'no_due_date', action_id, person_id, agreed_on, first_due_date is null
    from actions
)

select
    c.cell_id,
    count(*) filter (where a.counts) as numerator,
    count(a.action_id) as denominator,
    count(a.action_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join counted as a
    on
        a.measure_id = c.measure_id
        and a.person_id = s.person_id
        and a.day >= s.valid_from and a.day < s.valid_to
        and a.day between c.period_from and c.stock_date
group by c.cell_id
