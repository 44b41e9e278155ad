-- PI-07 velocity, factor by factor: the deals open by the last thing said of them, and those that
-- closed in the period, asked one by one whether they belong to the entity.
-- From core also: exchange rates.
-- needs: people, deals
with

days as (
    select distinct stock_date as day from cell
),

open_deals as (
    select days.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

open_counts as (
    select c.cell_id, count(*) as open_count
    from cell as c
    inner join stood as s
        on
            c.entity_type = s.entity_type and c.entity_id = s.entity_id
            and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
    inner join open_deals as d
        on d.day = c.stock_date and d.s.outcome = 'open' and d.s.owner_id = s.person_id
    group by all
),

closed as (
    select
        c.cell_id,
        count(*) as closed_count,
        count(*) filter (where d.outcome = 'won') as won_count,
        avg(cast(d.amount * r.rate as decimal(18, 2))) filter (where d.outcome = 'won')
            as mean_amount,
        avg(d.cycle_days) filter (where d.outcome = 'won') as mean_days
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join ended as d
        on
            d.owner_id = s.person_id
            and d.close_day >= s.valid_from and d.close_day < s.valid_to
            and d.close_day between c.period_from and c.stock_date
            and d.outcome in ('won', 'lost')
    left join build.core.dim_exchange_rate_day as r
        on d.currency = r.currency_code and d.close_day = r.date_day
    group by all
),

composed as (
    select
        c.cell_id,
        coalesce(
            coalesce(o.open_count, 0) * (d.won_count / d.closed_count) * d.mean_amount, 0
        ) as expected,
        coalesce(d.mean_days, 0) as mean_days,
        coalesce(d.won_count, 0) as won_count,
        d.mean_amount is not null as is_priced
    from cell as c
    left join open_counts as o using (cell_id)
    left join closed as d using (cell_id)
)

select
    cell_id,
    expected as numerator,
    mean_days as denominator,
    won_count as observation_count,
    if(mean_days > 0 and is_priced, expected / mean_days, null) as value
from composed
