-- The closed deals of PI-11 and PI-12, for the owner's organisation of the day of closing.
-- indicators: PI-11, PI-12
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    o.owner_id as person_id,
    o.close_date as day,
    o.outcome as what,
    case
        when c.indicator_id = 'PI-12' then case when c.measure_id = 'mean' then o.cycle_days end
        when not o.is_won then 0
        when c.measure_id = 'by_count' then 1
        else o.amount
    end as numerator_part,
    case when c.measure_id = 'by_value' then o.amount else 1 end as denominator_part,
    o.cycle_days,
    o.amount,
    o.currency_code,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity as o on b.org_key = o.owner_org_key
where
    not o.is_deleted and o.outcome in ('won', 'lost')
    and o.close_date between c.period_from and c.stock_date
    and (c.dimension = 'all' or o.product_id = c.member)
    and (
        c.measure_id <> 'by_value'
        or (o.amount is not null and o.currency_code = c.currency_code)
    )
    and (c.indicator_id <> 'PI-12' or o.cycle_days is not null)
    and (c.measure_id not in ('median', 'mean') or o.is_won)
