-- CQ-01 ask ratio: each session with a note in English once for each coachee who was there. What is a
-- question was judged when the note was read (its rules have a test of their own); here the counts of
-- each session are added again.
-- needs: people, sessions
with

spoken as (
    select
        k.person_id,
        c.day,
        n.question_count as asked,
        n.question_count + n.directive_count as said
    from coaching as c
    inner join coached as k using (session_id)
    inner join warehouse.intermediate.int_session_conformed as n using (session_id)
    where c.is_broad and k.is_present and n.question_count + n.directive_count > 0
)

select
    c.cell_id,
    coalesce(sum(p.asked), 0) as numerator,
    coalesce(sum(p.said), 0) as denominator,
    count(p.said) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join spoken as p
    on
        p.person_id = s.person_id
        and p.day >= s.valid_from and p.day < s.valid_to
        and p.day between c.period_from and c.stock_date
group by c.cell_id
