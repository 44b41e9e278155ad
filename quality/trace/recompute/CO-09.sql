-- CO-09 coverage and concentration: each rep of the entity once. The Gini coefficient is taken from
-- the differences of all pairs of reps (the indicator ranks them).
-- needs: people, sessions, days
with

reps as (
    select
        c.cell_id,
        d.person_id,
        sum(case when c.measure_id like '%strict' then d.strict else d.broad end) as sessions,
        sum(
            case when c.measure_id like '%strict' then d.strict_minutes else d.broad_minutes end
        ) as minutes
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join rep_day as d
        on
            d.person_id = s.person_id
            and d.day >= s.valid_from and d.day < s.valid_to
            and d.day between c.period_from and c.stock_date
    group by all
),

totals as (
    select
        cell_id,
        count(*) as reps,
        count(*) filter (where sessions > 0) as coached,
        sum(minutes) as minutes
    from reps
    group by all
),

pairs as (
    select a.cell_id, sum(abs(a.minutes - b.minutes)) / 2 as spread
    from reps as a
    inner join reps as b using (cell_id)
    group by all
)

select
    c.cell_id,
    coalesce(
        case when c.measure_id like 'gini%' then p.spread else t.coached end, 0
    ) as numerator,
    coalesce(
        case when c.measure_id like 'gini%' then t.reps * t.minutes else t.reps end, 0
    ) as denominator,
    coalesce(t.reps, 0) as observation_count,
    null as value
from cell as c
left join totals as t using (cell_id)
left join pairs as p using (cell_id)
