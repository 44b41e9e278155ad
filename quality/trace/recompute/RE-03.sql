-- RE-03 recognition of attempts: award by award from the landed lists, with the deal that it names.
-- needs: people, deals, awards
select
    c.cell_id,
    count(*) filter (where w.is_attempt and (w.is_lost or c.measure_id = 'attempts')) as numerator,
    count(w.recognition_id) as denominator,
    count(w.recognition_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join award as w
    on
        w.person_id = s.person_id
        and w.day >= s.valid_from and w.day < s.valid_to
        and w.day between c.period_from and c.stock_date
group by c.cell_id
