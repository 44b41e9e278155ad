-- CQ-07 evidence-based share: sessions from the landed logs and reviews whose record has a place for
-- a call, plan or document, and those that name one.
-- needs: people, sessions
with

told as (
    select k.person_id, c.day, n.has_artefact
    from coaching as c
    inner join coached as k using (session_id)
    inner join warehouse.intermediate.int_session_conformed as n using (session_id)
    where c.is_broad and k.is_present and n.is_evidence_told
)

select
    c.cell_id,
    count(*) filter (where t.has_artefact) as numerator,
    count(t.has_artefact) as denominator,
    count(t.has_artefact) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join told as t
    on
        t.person_id = s.person_id
        and t.day >= s.valid_from and t.day < s.valid_to
        and t.day between c.period_from and c.stock_date
group by c.cell_id
