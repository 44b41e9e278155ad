-- The deals of ST-04 and ST-05 that were open on the day, as they looked on it.
-- indicators: ST-04, ST-05
select
    c.cell_id,
    'core.fct_opportunity_version' as core_table,
    s.opportunity_id || '#' || s.version_number as core_key,
    s.owner_id as person_id,
    c.stock_date as day,
    s.stage_name as what,
    case
        when c.indicator_id = 'ST-05' then cast(s.close_date < c.stock_date as integer)
        when c.measure_id = 'count' then s.push_count
        when c.measure_id = 'days' then s.push_days
        else cast(s.push_count > 0 as integer)
    end as numerator_part,
    1 as denominator_part,
    s.close_date as expected_close_date,
    s.push_count,
    s.push_days,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v
    on b.org_key = v.org_key and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
inner join (
    select
        *,
        sum(close_date_push_days) over life as push_days,
        sum(cast(is_close_date_push as integer)) over life as push_count
    from build.core.fct_opportunity_version
    window life as (partition by opportunity_id order by version_number)
) as s
    on
        s.owner_id = v.person_id and s.stage_category = 'open'
        and s.valid_from_date <= c.stock_date and s.valid_to_date > c.stock_date
inner join build.core.fct_opportunity as o
    on s.opportunity_id = o.opportunity_id and not o.is_deleted
where
    (c.dimension = 'all' or o.product_id = c.member)
    and (c.indicator_id <> 'ST-05' or s.close_date is not null)
