-- ST-06 stage regressions: in all that was said of an open deal until the day, how often its stage
-- was followed by an earlier one.
-- needs: people, deals, warning
select
    c.cell_id,
    coalesce(
        case c.measure_id
            when 'share' then count(*) filter (where d.backs > 0)
            else sum(d.backs)
        end, 0
    ) as numerator,
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
        and true
group by c.cell_id, c.measure_id
