-- PI-11 win rate, deal by deal: the outcome is the last thing said of a deal, its owner the one of
-- the day of closing. The indicator adds up days of organisations; here each deal is asked whether
-- it belongs to the figure.
-- needs: people, deals
select
    c.cell_id,
    coalesce(
        case c.measure_id
            when 'by_count' then count(*) filter (where d.outcome = 'won')
            else sum(d.amount) filter (where d.outcome = 'won')
        end, 0
    ) as numerator,
    coalesce(
        case c.measure_id when 'by_count' then count(d.outcome) else sum(d.amount) end, 0
    ) as denominator,
    count(d.outcome) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join ended as d
    on
        d.owner_id = s.person_id
        and d.close_day >= s.valid_from and d.close_day < s.valid_to
        and d.close_day between c.period_from and c.stock_date
        and d.outcome in ('won', 'lost')
        and (c.dimension = 'all' or d.product_id = c.member)
        and (
            c.measure_id = 'by_count'
            or (d.amount is not null and d.currency = c.currency_code)
        )
group by c.cell_id, c.measure_id
