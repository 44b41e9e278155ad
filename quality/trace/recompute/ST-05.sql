-- ST-05 overdue close date: the deals of which the last thing said by the end of the day is that
-- they are open, and whether the close date that it names lies before the day.
-- needs: people, deals
with

days as (
    select distinct stock_date as day from cell
),

stock as (
    select
        days.day,
        s.opportunity_id,
        arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
)

select
    c.cell_id,
    count(*) filter (where d.s.close_date < d.day) as numerator,
    count(d.day) as denominator,
    count(d.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join (
    select stock.*, r.product_id
    from stock
    inner join deal_row as r using (opportunity_id)
    where stock.s.outcome = 'open' and stock.s.close_date is not null
) as d
    on
        d.s.owner_id = s.person_id
        and d.day = c.stock_date
        and (c.dimension = 'all' or d.product_id = c.member)
group by c.cell_id
