-- ST-02 deal age against won deals: the age of each open deal of the day beside that of the deals
-- that were won when the quarter began.
-- needs: people, deals, warning
select
    c.cell_id,
    coalesce(
        case c.measure_id
            when 'share' then count(*) filter (where d.age > d.age_90)
            else sum(round(d.age::double / d.age_90, 6)::decimal(18, 6))
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
        and d.age_90 > 0
group by c.cell_id, c.measure_id
