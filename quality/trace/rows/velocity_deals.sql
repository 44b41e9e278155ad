-- The deals of PI-07: those open on the last day, and those that closed in the period. Their product
-- is no sum, so the rows do not add up to it.
-- indicators: PI-07
-- sums: none
select
    c.cell_id,
    'core.fct_pipeline_snapshot' as core_table,
    s.opportunity_id || '#' || s.snapshot_date as core_key,
    s.owner_id as person_id,
    s.snapshot_date as day,
    'open' as what,
    null as numerator_part,
    null as denominator_part,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_pipeline_snapshot as s
    on s.owner_org_key = b.org_key and s.snapshot_date = c.stock_date
union all by name
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    o.owner_id as person_id,
    o.close_date as day,
    o.outcome as what,
    null as numerator_part,
    null as denominator_part,
    o.reporting_amount as amount,
    o.cycle_days,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity as o
    on
        b.org_key = o.owner_org_key
        and not o.is_deleted and o.outcome in ('won', 'lost')
        and o.close_date between c.period_from and c.stock_date
