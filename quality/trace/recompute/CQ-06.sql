-- CQ-06 output completeness: of each session whose record has a place for them, whether there was a
-- focus and whether there was an action with a due date; each is a row of its own here.
-- needs: people, sessions
with

dated as (
    select distinct a.session_id
    from warehouse.intermediate.int_action_conformed as a
    cross join clock
    left join warehouse.intermediate.int_session_conformed as s using (session_id)
    where
        a.first_due_date is not null
        and coalesce(a.created_date, s.session_date, a.first_due_date) <= clock.as_of
        and not exists (
            from warehouse.intermediate.int_record_deleted as d
            where
                d.entity = 'action' and d.record_key = a.action_id
                and clock.as_of >= d.deleted_date and clock.as_of < d.restored_date
        )
),

owed as (
    select
        k.person_id,
        c.day,
        c.session_id,
        o.output,
        case o.output
            when 'focus' then r.has_focus
            else c.session_id in (select session_id from dated)
        end as is_there
    from coaching as c
    inner join coached as k using (session_id)
    inner join session_row as r using (session_id)
    inner join warehouse.intermediate.int_session_conformed as n using (session_id)
    cross join (values ('focus'), ('action')) as o (output)
    where c.is_broad and k.is_present and n.is_output_told
)

select
    c.cell_id,
    count(*) filter (where o.is_there) as numerator,
    count(o.output) as denominator,
    count(*) filter (where o.output = 'focus') as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join owed as o
    on
        o.person_id = s.person_id
        and o.day >= s.valid_from and o.day < s.valid_to
        and o.day between c.period_from and c.stock_date
group by c.cell_id
