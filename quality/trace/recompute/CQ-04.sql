-- CQ-04 GROW completeness: the steps that the note of each session names, one by one; what was agreed
-- in the session makes the fourth.
-- needs: people, sessions
with

agreed as (
    select distinct a.session_id
    from warehouse.intermediate.int_action_conformed as a
    cross join clock
    where coalesce(a.created_date <= clock.as_of, true)
),

walked as (
    select
        k.person_id,
        c.day,
        list_sum([
            n.has_goal::int,
            n.has_reality::int,
            n.has_options::int,
            (n.has_will or n.session_id in (select session_id from agreed))::int
        ]) as steps
    from coaching as c
    inner join coached as k using (session_id)
    inner join warehouse.intermediate.int_session_conformed as n using (session_id)
    where c.is_broad and k.is_present and n.note_language = 'en'
)

select
    c.cell_id,
    coalesce(sum(w.steps), 0) as numerator,
    4 * count(w.steps) as denominator,
    count(w.steps) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join walked as w
    on
        w.person_id = s.person_id
        and w.day >= s.valid_from and w.day < s.valid_to
        and w.day between c.period_from and c.stock_date
group by c.cell_id
