-- PI-03 created pipeline: the first thing said of a deal that speaks of a qualified stage gives day
-- and amount, the last thing said by the end of that day the owner. No intervals are built.
-- needs: people, deals
with

firsts as (
    select opportunity_id, arg_min(s, said_at) as s
    from said as s
    where is_qualified and opportunity_id not in (select opportunity_id from gone)
    group by all
),

lasts as (
    select opportunity_id, arg_max(s, said_at) as s
    from said as s
    group by all
),

created as (
    select
        f.opportunity_id,
        f.s.day as day,
        -- Of a deal of which only the end is known, the end tells the amount.
        case
            when f.s.is_inferred and l.s.outcome <> 'open' then nullif(l.s.amount, 0)
            else f.s.amount
        end as amount,
        l.s.currency as currency,
        r.product_id,
        (
            select arg_max(o.owner_id, o.said_at)
            from said as o
            where o.opportunity_id = f.opportunity_id and o.day <= f.s.day
        ) as owner_id
    from firsts as f
    inner join lasts as l using (opportunity_id)
    inner join deal_row as r using (opportunity_id)
)

select
    c.cell_id,
    coalesce(
        case c.measure_id when 'count' then count(d.opportunity_id) else sum(d.amount) end, 0
    ) as numerator,
    1 as denominator,
    count(d.opportunity_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join created as d
    on
        d.owner_id = s.person_id
        and d.day >= s.valid_from and d.day < s.valid_to
        and d.day between c.period_from and c.stock_date
        and (c.dimension = 'all' or d.product_id = c.member)
        and (
            c.measure_id = 'count'
            or (d.amount is not null and d.currency = c.currency_code)
        )
group by c.cell_id, c.measure_id
