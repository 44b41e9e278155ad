-- The open deals of PI-08 on the last day, each in its place of the funnel.
-- indicators: PI-08
select
    c.cell_id,
    'core.fct_pipeline_snapshot' as core_table,
    s.opportunity_id || '#' || s.snapshot_date as core_key,
    s.owner_id as person_id,
    s.snapshot_date as day,
    s.stage_name as what,
    cast(
        c.member = case
            when not s.is_qualified then 'universe'
            when l.stage_count > 1 and s.stage_order = l.last_order then 'best_few'
            when l.stage_count > 2 and s.stage_order = l.first_order then 'above'
            else 'in'
        end as integer
    ) as numerator_part,
    1 as denominator_part,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_pipeline_snapshot as s
    on s.owner_org_key = b.org_key and s.snapshot_date = c.stock_date
left join (
    select
        source_system,
        count(distinct stage_order) as stage_count,
        min(stage_order) as first_order,
        max(stage_order) as last_order
    from build.core.fct_opportunity_version
    where stage_category = 'open' and is_qualified and stage_order is not null
    group by source_system
) as l on s.source_system = l.source_system
