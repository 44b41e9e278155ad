-- CO-03 strict share: every held session once, with the person for whom it counts, where that person
-- stood on the day.
-- needs: people, sessions, meetings
select
    c.cell_id,
    count(*) filter (where m.is_strict) as numerator,
    count(m.session_id) as denominator,
    count(m.session_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join (from meeting where is_broad) as m
    on
        m.person_id = s.person_id
        and m.day >= s.valid_from and m.day < s.valid_to
        and m.day between c.period_from and c.stock_date
group by c.cell_id
