-- PI-13: what the managers of the entity submitted for the period, and what their direct reports won
-- in it. Only one submission of a manager counts for a lead, so the rows do not add up.
-- indicators: PI-13
-- sums: none
with

managers as (
    select distinct c.cell_id, c.period_from, c.period_to, c.stock_date, v.person_id
    from cell as c
    inner join build.core.bridge_org_entity as b
        on
            (c.entity_type = b.entity_type and c.entity_id = b.entity_id and b.entity_type <> 'manager')
            or (
                c.entity_type in ('manager', 'manager_org')
                and b.entity_type = 'rep' and b.entity_id = c.entity_id
            )
    inner join build.core.dim_org_version as v
        on b.org_key = v.org_key and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
)

select
    m.cell_id,
    'core.fct_forecast' as core_table,
    f.forecast_id as core_key,
    f.person_id,
    f.submitted_date as day,
    'forecast' as what,
    null as numerator_part,
    null as denominator_part,
    f.constant_rate_amount as amount,
    f.source_system,
    f._source_file,
    f._source_row
from managers as m
inner join build.core.fct_forecast as f
    on
        f.person_id = m.person_id and not f.is_deleted
        and coalesce(f.category, 'commit') = 'commit'
        and f.period_start = m.period_from and f.period_end = m.period_to
union all by name
select
    m.cell_id,
    'core.fct_opportunity_credit' as core_table,
    r.opportunity_id || '#' || r.person_id as core_key,
    r.person_id,
    r.credit_date as day,
    'won' as what,
    null as numerator_part,
    null as denominator_part,
    r.constant_rate_amount as amount,
    r.source_system,
    r._source_file,
    r._source_row
from managers as m
inner join build.core.dim_org_version as v on v.manager_id = m.person_id
inner join build.core.fct_opportunity_credit as r
    on v.org_key = r.person_org_key and r.credit_date between m.period_from and m.stock_date
inner join build.core.fct_opportunity as o
    on r.opportunity_id = o.opportunity_id and o.is_won and not o.is_deleted
