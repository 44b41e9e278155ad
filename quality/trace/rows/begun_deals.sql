-- The deals of PI-12 that were created in the period, each until it closed or until the as-of date.
-- indicators: PI-12:median_survival
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    o.owner_id as person_id,
    o.created_date as day,
    o.outcome as what,
    cast(o.is_closed as integer) as numerator_part,
    1 as denominator_part,
    date_diff(
        'day', o.created_date, case when o.is_closed then o.close_date else k.as_of_date end
    ) as days,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity as o on b.org_key = o.owner_org_key
where
    not o.is_deleted
    and o.created_date between c.period_from and c.stock_date
    and (c.dimension = 'all' or o.product_id = c.member)
    and date_diff(
        'day', o.created_date, case when o.is_closed then o.close_date else k.as_of_date end
    ) >= 0
