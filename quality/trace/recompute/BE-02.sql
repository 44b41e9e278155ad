-- BE-02 coverage by plans, meeting by meeting: what the deal was said to be by the end of that day,
-- and whether any plan of it is older. The plan's deal is found by its id, with or without the last
-- three letters of an id of 18.
-- From core: merges of deals; the constant exchange rates.
-- needs: people, deals, done
with

plans as (
    select
        coalesce(m.opportunity_id, s.opportunity_id) as opportunity_id,
        p.plan_kind,
        p.planned_date
    from warehouse.intermediate.int_plan_conformed as p
    cross join clock as c
    inner join (select distinct opportunity_id from said) as s
        on
            p.opportunity_alias = s.opportunity_id
            or split_part(s.opportunity_id, ':', 2) = case
                when length(p.opportunity_alias) = 18 then left(p.opportunity_alias, 15)
                else p.opportunity_alias
            end
    left join build.core.dim_opportunity_merge as m
        on
            m.merged_opportunity_id = s.opportunity_id
            and m.opportunity_id in (select opportunity_id from said)
    where p.planned_date <= c.as_of
),

meetings as (
    select
        d.person_id,
        d.day,
        d.opportunity_id,
        (
            select arg_max(s, s.said_at)
            from said as s
            where s.opportunity_id = d.opportunity_id and s.day <= d.day
        ) as s
    from done_on as d
    where
        d.kind = 'meeting'
        and d.day > (select min(planned_date) from plans)
        and d.opportunity_id not in (select opportunity_id from gone)
),

large as (
    select
        g.person_id,
        g.day,
        exists (
            from plans as p
            where
                p.opportunity_id = g.opportunity_id and p.planned_date < g.day
                and (p.plan_kind = 'deal' or p.planned_date >= g.day - 14)
        ) as is_planned
    from meetings as g
    inner join build.core.dim_exchange_rate_day as r
        on r.currency_code = g.s.currency and r.date_day = g.s.day
    where
        g.s.outcome = 'open'
        and cast(g.s.amount * r.constant_rate as decimal(18, 2)) >= 20000
)

select
    c.cell_id,
    count(*) filter (where g.is_planned) as numerator,
    count(g.day) as denominator,
    count(g.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join large as g
    on
        g.person_id = s.person_id
        and g.day >= s.valid_from and g.day < s.valid_to
        and g.day between c.period_from and c.stock_date
group by c.cell_id
