-- RA-02 time to productivity: for each rep hired, the first month whose three months' wins, summed
-- from the days, reach 80 % of the median of tenured reps; the bar is worked out month by month.
-- needs: people, deals, credits, ramp
with

bars as (
    select month, quantile_cont(won_in_three, 0.5) as bar
    from month_won
    where
        is_rep and number >= 12
        and month - interval 2 month >= (select min(month) from month_won)
    group by all
    having count(*) >= 3
),

subjects as (
    select
        c.cell_id,
        h.person_id,
        min(m.number) filter (where m.won_in_three >= 0.8 * b.bar - 1e-6 and b.bar > 0) as reached,
        max(m.number) as last_number
    from cell as c
    cross join known_from as f
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join hire as h
        on
            h.person_id = s.person_id
            and h.hire_date >= s.valid_from and h.hire_date < s.valid_to
            and h.hire_date between c.period_from and c.stock_date
            and h.hire_date >= greatest(f.whole_from, f.kept_from)
    left join month_won as m on m.person_id = h.person_id and m.is_rep
    left join bars as b using (month)
    group by all
),

lengths as (
    select
        cell_id,
        coalesce(reached, last_number, 0) as length,
        count(reached) as events,
        count(*) as leaving
    from subjects
    group by all
),

curve as (
    select
        cell_id,
        length,
        product(stay) over (partition by cell_id order by length) as still
    from (
        select
            *,
            1 - events / sum(leaving) over (partition by cell_id order by length desc) as stay
        from lengths
    )
)

select
    c.cell_id,
    count(s.reached) as numerator,
    count(s.person_id) as denominator,
    count(s.person_id) as observation_count,
    (select min(v.length) from curve as v where v.cell_id = c.cell_id and v.still <= 0.5 + 1e-12)
        as value
from cell as c
left join subjects as s using (cell_id)
group by c.cell_id
