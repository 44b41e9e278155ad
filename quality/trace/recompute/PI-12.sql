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
    group by c.cell_id, c.measure_id
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
