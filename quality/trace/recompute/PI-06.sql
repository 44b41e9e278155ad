-- PI-06 stage conversion: of each deal the first thing said that places it in a stage, and whether
-- anything said later places it further on, or as won. No stays in stages are built.
-- needs: people, deals
with

-- The longest of the shortest 95 of 100 won cycles.
maturity as (
    select coalesce(
        list_sort(list(cycle_days))[cast(ceil(count(*) * 0.95 - 1e-9) as bigint)], 0
    ) as days
    from ended
    where outcome = 'won' and cycle_days is not null
),

firsts as (
    select opportunity_id, stage_order, arg_min(s, said_at) as s
    from said as s
    where
        outcome = 'open' and stage_order is not null
        and opportunity_id not in (select opportunity_id from gone)
    group by all
),

entries as (
    select
        f.stage_order,
        f.s.day as day,
        f.s.owner_id as owner_id,
        exists (
            from said as l
            where
                l.opportunity_id = f.opportunity_id and l.said_at > f.s.said_at
                and (l.outcome = 'won' or (l.outcome = 'open' and l.stage_order > f.stage_order))
        ) as went_on
    from firsts as f
)

select
    c.cell_id,
    count(*) filter (where e.went_on) as numerator,
    count(e.day) as denominator,
    count(e.day) as observation_count,
    case
        when min(k.as_of) - c.period_to >= min(m.days) and count(e.day) > 0
            then count(*) filter (where e.went_on) / count(e.day)
    end as value
from cell as c
cross join clock as k
cross join maturity as m
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join entries as e
    on
        e.owner_id = s.person_id
        and e.day >= s.valid_from and e.day < s.valid_to
        and e.day between c.period_from and c.stock_date
        and (c.dimension = 'all' or e.stage_order = cast(c.member as integer))
group by c.cell_id, c.period_to
