-- CO-12 share of sessions that reps ask for: every held one-to-one session with a rep of which the
-- log says who asked for it.
-- From core also: who is a rep when.
-- needs: people, sessions, meetings
select
    c.cell_id,
    count(*) filter (where m.initiator = 'rep') as numerator,
    count(m.session_id) as denominator,
    count(m.session_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join (
    select m.*
    from meeting as m
    inner join build.core.dim_person_history as h
        on
            h.person_id = m.person_id and h.is_rep
            and m.day >= h.valid_from and m.day < h.valid_to
    where m.is_broad and not m.is_group and m.initiator is not null
) as m
    on
        m.person_id = s.person_id
        and m.day >= s.valid_from and m.day < s.valid_to
        and m.day between c.period_from and c.stock_date
group by c.cell_id
