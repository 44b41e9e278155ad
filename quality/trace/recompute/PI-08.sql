-- PI-08 funnel shape: each deal by the last thing said of it, placed by where its stage stands in
-- the list of the qualified stages that its system ever spoke of.
-- needs: people, deals
with

ladders as (
    select
        split_part(opportunity_id, ':', 1) as system,
        list_sort(list_distinct(list(stage_order))) as rungs
    from said
    where outcome = 'open' and is_qualified and stage_order is not null
    group by all
),

days as (
    select distinct stock_date as day from cell
),

standing as (
    select days.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

placed as (
    select
        d.day,
        d.s.owner_id as owner_id,
        case
            when not d.s.is_qualified then 'universe'
            when len(l.rungs) > 1 and d.s.stage_order = l.rungs[-1] then 'best_few'
            when len(l.rungs) > 2 and d.s.stage_order = l.rungs[1] then 'above'
            else 'in'
        end as position
    from standing as d
    left join ladders as l on l.system = split_part(d.opportunity_id, ':', 1)
    where d.s.outcome = 'open'
)

select
    c.cell_id,
    count(*) filter (where p.position = c.member) as numerator,
    count(p.day) as denominator,
    count(p.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on
        c.entity_type = s.entity_type and c.entity_id = s.entity_id
        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
left join placed as p on p.owner_id = s.person_id and p.day = c.stock_date
group by c.cell_id, c.member
