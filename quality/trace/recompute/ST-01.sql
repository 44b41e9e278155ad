-- ST-01 days in stage against won deals: the open deals of the day, each beside how long the deals
-- that were won or still open when the quarter began had stayed in its stage.
-- needs: people, deals, warning
select
    c.cell_id,
    count(*) filter (
        where d.stay > case c.measure_id when 'p75' then d.stay_75 else d.stay_90 end
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
        and case c.measure_id when 'p75' then d.stay_75 else d.stay_90 end is not null
group by c.cell_id, c.measure_id
