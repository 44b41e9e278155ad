-- PI-05 slippage: the deals of which the last thing said by the eve is that they are open and due in
-- the period, and of them those of which the last thing said by its last day is that they are open
-- and due after it. No snapshot and no step of the waterfall is read.
-- needs: people, deals
with

days as (
    select distinct period_from, period_to, stock_date from cell
),

standing as (
    select
        d.period_from,
        d.period_to,
        s.opportunity_id,
        arg_max(s, s.said_at) filter (where s.day < d.period_from) as then_,
        arg_max(s, s.said_at) as now
    from days as d
    inner join said as s on s.day <= d.stock_date
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

due as (
    select
        period_from,
        period_to,
        then_.owner_id as owner_id,
        then_.amount as amount,
        then_.currency as currency,
        now.outcome = 'open' and coalesce(now.close_date > period_to, true) as is_slipped
    from standing
    where then_.outcome = 'open' and then_.close_date between period_from and period_to
)

select
    c.cell_id,
    coalesce(
        sum(if(c.measure_id = 'by_count', 1, d.amount)) filter (where d.is_slipped), 0
    ) as numerator,
    coalesce(sum(if(c.measure_id = 'by_count', 1, d.amount)) filter (where d.owner_id is not null), 0)
        as denominator,
    count(d.owner_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.period_from - 1 >= s.valid_from and c.period_from - 1 < s.valid_to
left join due as d
    on
        d.owner_id = s.person_id
        and d.period_from = c.period_from and d.period_to = c.period_to
        and (
            c.measure_id = 'by_count'
            or (d.amount is not null and d.currency = c.currency_code)
        )
group by c.cell_id, c.measure_id
