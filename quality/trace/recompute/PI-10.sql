-- PI-10 aged share of the pipeline: the amount of the open deals of the day that were older than won
-- deals had been, when the quarter began, in one currency.
-- needs: people, deals, warning
select
    c.cell_id,
    coalesce(sum(d.amount) filter (where d.age > d.age_90), 0) as numerator,
    coalesce(sum(d.amount), 0) as denominator,
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
        and d.age_90 > 0 and d.amount is not null and d.currency = c.currency_code
group by c.cell_id, c.measure_id
