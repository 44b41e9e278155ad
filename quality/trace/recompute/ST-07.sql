-- ST-07 deals without a next step: the open deals of the day for which no activity dated later was
-- on record.
-- needs: people, deals, warning
select
    c.cell_id,
    count(*) filter (where not d.has_next) as numerator,
    count(d.day) as denominator,
    count(d.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join open_deals() as d
    on
        d.owner_id = s.person_id
        and d.day = c.stock_date
        and d.is_planned_for
group by c.cell_id, c.measure_id
