-- ST-03 days since two-way activity: for each open deal of the day the last such day is looked up;
-- the median is the middle of the sorted list, taken by hand.
-- needs: people, deals, warning
select
    c.cell_id,
    case
        when c.measure_id = 'share' then count(*) filter (where d.silent > d.silent_90)
    end as numerator,
    count(d.day) as denominator,
    count(d.day) as observation_count,
    case
        when c.measure_id = 'median' and count(d.day) > 0
            then (
                list_sort(list(d.silent) filter (where d.day is not null))[
                    (count(d.day) + 1) // 2
                ]
                + list_sort(list(d.silent) filter (where d.day is not null))[
                    count(d.day) // 2 + 1
                ]
            ) / 2.0
    end as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join open_deals() as d
    on
        d.owner_id = s.person_id
        and d.day = c.stock_date
        and d.is_heard and (c.measure_id = 'median' or d.silent_90 is not null)
group by c.cell_id, c.measure_id
