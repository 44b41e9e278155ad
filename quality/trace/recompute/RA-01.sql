-- RA-01 time to the first deal: for each rep hired, the first day with a credited win, else the last
-- day on which there could have been one. The chance to be still without a deal is a product.
-- needs: people, deals, credits, ramp
with

subjects as (
    select
        c.cell_id,
        h.person_id,
        coalesce(min(r.day), min(h.watched_until)) - min(h.hire_date) as length,
        min(r.day) is not null as is_event
    from cell as c
    cross join known_from as f
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join hire as h
        on
            h.person_id = s.person_id
            and h.hire_date >= s.valid_from and h.hire_date < s.valid_to
            and h.hire_date between c.period_from and c.stock_date
            and h.hire_date >= greatest(f.first_day, f.kept_from)
    left join credit as r
        on r.person_id = h.person_id and r.day between h.hire_date and h.watched_until
    group by c.cell_id, h.person_id
),

lengths as (
    select
        cell_id,
        length,
        count(*) filter (where is_event) as events,
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
    count(*) filter (where s.is_event) as numerator,
    count(s.person_id) as denominator,
    count(s.person_id) as observation_count,
    (select min(v.length) from curve as v where v.cell_id = c.cell_id and v.still <= 0.5 + 1e-12)
        as value
from cell as c
left join subjects as s using (cell_id)
group by c.cell_id
