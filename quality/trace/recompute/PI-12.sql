-- PI-12 cycle time, deal by deal: days from the day on which the known row of a deal says that it
-- was created to the day of closing. The median is the middle of the sorted list, taken by hand.
-- needs: people, deals
with

days as (
    select
        c.cell_id,
        c.measure_id,
        list_sort(list(d.cycle_days) filter (where d.cycle_days is not null)) as found
    from cell as c
    left join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    left join ended as d
        on
            d.owner_id = s.person_id
            and d.close_day >= s.valid_from and d.close_day < s.valid_to
            and d.close_day between c.period_from and c.stock_date
            and (d.outcome = 'won' or (c.measure_id = 'median_closed' and d.outcome = 'lost'))
            and (c.dimension = 'all' or d.product_id = c.member)
    where c.measure_id <> 'median_survival'
    group by c.cell_id, c.measure_id
),

-- Every deal for whoever ends with it: watched until it closed, or until today.
watched as (
    select
        r.opportunity_id,
        r.created_date as began,
        r.product_id,
        e.opportunity_id is not null as is_closed,
        date_diff('day', r.created_date, coalesce(e.close_day, k.as_of)) as length,
        coalesce(e.close_day, k.as_of) as placed_on,
        coalesce(e.owner_id, l.owner_id) as owner_id
    from deal_row as r
    cross join clock as k
    inner join (
        select opportunity_id, arg_max(owner_id, said_at) as owner_id
        from said
        group by all
    ) as l using (opportunity_id)
    left join ended as e using (opportunity_id)
    where r.opportunity_id not in (select opportunity_id from gone)
),

-- The chance to be still open after each length, as a product of those who stay.
subjects as (
    select c.cell_id, w.opportunity_id, w.length, w.is_closed
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join watched as w
        on
            w.owner_id = s.person_id and w.length >= 0
            and w.placed_on >= s.valid_from and w.placed_on < s.valid_to
            and w.began between c.period_from and c.stock_date
            and (c.dimension = 'all' or w.product_id = c.member)
    where c.measure_id = 'median_survival'
),

stays as (
    select
        g.cell_id,
        g.length,
        1 - g.closed / sum(g.leaving) over (partition by g.cell_id order by g.length desc) as stay
    from (
        select
            cell_id,
            length,
            count(*) as leaving,
            count(*) filter (where is_closed) as closed
        from subjects
        group by cell_id, length
    ) as g
),

open_share as (
    select cell_id, length, product(stay) over (partition by cell_id order by length) as still_open
    from stays
),

medians as (
    select cell_id, min(length) as value
    from open_share
    where still_open <= 0.5 + 1e-12
    group by all
)

select
    cell_id,
    case when measure_id = 'mean' then coalesce(list_sum(found), 0) end as numerator,
    coalesce(len(found), 0) as denominator,
    coalesce(len(found), 0) as observation_count,
    case
        when measure_id <> 'mean' and len(found) > 0
            then (found[(len(found) + 1) // 2] + found[len(found) // 2 + 1]) / 2.0
    end as value
from days
union all
select
    c.cell_id,
    count(*) filter (where s.is_closed) as numerator,
    count(s.cell_id) as denominator,
    count(s.cell_id) as observation_count,
    any_value(m.value) as value
from cell as c
left join subjects as s using (cell_id)
left join medians as m using (cell_id)
where c.measure_id = 'median_survival'
group by c.cell_id
