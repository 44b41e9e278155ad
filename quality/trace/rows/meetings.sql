-- The meetings of BE-02 on larger open deals, and whether there was a plan from before.
-- indicators: BE-02
select
    c.cell_id,
    'core.fct_activity' as core_table,
    a.activity_id as core_key,
    a.owner_id as person_id,
    a.activity_date as day,
    if(p.is_planned, 'planned', 'not planned') as what,
    cast(p.is_planned as integer) as numerator_part,
    1 as denominator_part,
    a.opportunity_id,
    d.constant_rate_amount,
    a.source_system,
    a._source_file,
    a._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_activity as a
    on
        a.owner_id = v.person_id
        and a.activity_date >= v.valid_from and a.activity_date < v.valid_to
inner join build.core.fct_opportunity as o
    on a.opportunity_id = o.opportunity_id and not o.is_deleted
inner join build.core.fct_opportunity_version as d
    on
        a.opportunity_id = d.opportunity_id
        and a.activity_date >= d.valid_from_date and a.activity_date < d.valid_to_date
cross join lateral (
    select count(*) > 0 as is_planned
    from build.core.fct_plan as p
    where
        p.opportunity_id = a.opportunity_id and p.planned_date < a.activity_date
        and (p.plan_kind = 'deal' or p.planned_date >= a.activity_date - 14)
) as p
where
    a.activity_type = 'meeting' and a.is_completed and not a.is_deleted
    and d.stage_category = 'open' and d.constant_rate_amount >= 20000
    and a.activity_date between c.period_from and c.stock_date
    and a.activity_date > (
        select min(planned_date) from build.core.fct_plan where opportunity_id is not null
    )
