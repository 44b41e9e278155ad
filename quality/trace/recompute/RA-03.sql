-- RA-03 fade: of each rep's first twelve full months the list of what was won, and the best three in
-- a row of the first six taken by hand.
-- needs: people, deals, credits, ramp
with

reps as (
    select
        m.person_id,
        max(m.last_day) as day,
        list(m.won order by m.number) as won
    from month_won as m
    cross join known_from as f
    where m.number between 1 and 12 and m.hire_date >= f.first_day
    group by all
    having count(*) = 12 and bool_and(m.is_rep)
),

peaks as (
    select
        *,
        list_max([list_sum(won[n:n + 2]) for n in range(1, 5)]) as peak,
        list_sum(won[7:12]) as later
    from reps
),

changes as (
    select c.cell_id, list_sort(list(round(p.later / (2 * p.peak) - 1, 6))) as found
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join peaks as p
        on
            p.person_id = s.person_id
            and p.day >= s.valid_from and p.day < s.valid_to
            and p.day between c.period_from and c.stock_date
            and p.peak > 0
    group by all
)

select
    c.cell_id,
    case when c.measure_id = 'mean' then coalesce(list_sum(v.found), 0) end as numerator,
    coalesce(len(v.found), 0) as denominator,
    coalesce(len(v.found), 0) as observation_count,
    case
        when c.measure_id = 'median' and len(v.found) > 0
            then (v.found[(len(v.found) + 1) // 2] + v.found[len(v.found) // 2 + 1]) / 2.0
    end as value
from cell as c
left join changes as v using (cell_id)
