-- The deals of PI-04 as they stood on the eve of the period and on its last day, for whoever held
-- them then. What came between is worked out from both, and from closes; so the rows of a step do
-- not add up to it. The steps themselves are in pipeline.fct_pipeline_change.
-- indicators: PI-04
-- sums: none
select
    c.cell_id,
    'core.fct_pipeline_snapshot' as core_table,
    s.opportunity_id || '#' || s.snapshot_date as core_key,
    s.owner_id as person_id,
    s.snapshot_date as day,
    case when s.snapshot_date = c.stock_date then 'end' else 'start' end as what,
    null as numerator_part,
    null as denominator_part,
    s.reporting_amount as amount,
    s.close_date as expected_close_date,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_pipeline_snapshot as s
    on
        s.owner_org_key = b.org_key
        and s.snapshot_date in (c.period_from - 1, c.stock_date)
where c.measure_id = 'open' or s.close_date between c.period_from and c.period_to
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
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity as o
    on
        b.org_key = o.owner_org_key
        and o.is_closed and not o.is_deleted
        and o.close_date between c.period_from and c.stock_date
