-- ST-04 close date pushes: the deals of which the last thing said by the end of the day is that
-- they are open, and in all that was said until then how often the close date moved later while
-- the deal stayed open.
-- needs: people, deals
with

moves as (
    select
        opportunity_id,
        said_at,
        day,
        case
            when outcome = 'open' and lag(outcome) over life = 'open'
                then greatest(coalesce(close_date - lag(close_date) over life, 0), 0)
            else 0
        end as push_days
    from said
    window life as (partition by opportunity_id order by said_at)
),

days as (
    select distinct stock_date as day from cell
),

stock as (
    select
        days.day,
        s.opportunity_id,
        arg_max(s, s.said_at) as s,
        sum(m.push_days) as push_days,
        count(*) filter (where m.push_days > 0) as push_count
    from days
    inner join said as s on s.day <= days.day
    inner join moves as m on m.opportunity_id = s.opportunity_id and m.said_at = s.said_at
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

open_deals as (
    select
        k.day,
        k.opportunity_id,
        k.push_days,
        k.push_count,
        k.s.owner_id as owner_id,
        r.product_id
    from stock as k
    inner join deal_row as r using (opportunity_id)
    where k.s.outcome = 'open'
)

select
    c.cell_id,
    coalesce(
        case c.measure_id
            when 'count' then sum(d.push_count)
            when 'days' then sum(d.push_days)
            else count(*) filter (where d.push_count > 0)
        end, 0
    ) as numerator,
    count(d.opportunity_id) as denominator,
    count(d.opportunity_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join open_deals as d
    on
        d.owner_id = s.person_id
        and d.day = c.stock_date
        and (c.dimension = 'all' or d.product_id = c.member)
group by c.cell_id, c.measure_id
