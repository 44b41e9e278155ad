-- The open deals of the day behind the early warnings: each with what it was judged by. The age, the
-- silence and the thresholds are worked out from many rows, so these do not add up to the figure.
-- indicators: ST-01, ST-02, ST-03, ST-06, ST-07, PI-10
-- sums: none
select
    c.cell_id,
    'core.fct_opportunity_version' as core_table,
    s.opportunity_id || '#' || s.version_number as core_key,
    s.owner_id as person_id,
    c.stock_date as day,
    s.stage_name as what,
    null as numerator_part,
    null as denominator_part,
    o.opportunity_type,
    o.created_date,
    s.amount,
    s.currency_code,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v
    on b.org_key = v.org_key and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
inner join build.core.fct_opportunity_version as s
    on
        s.owner_id = v.person_id and s.stage_category = 'open'
        and s.valid_from_date <= c.stock_date and s.valid_to_date > c.stock_date
inner join build.core.fct_opportunity as o
    on s.opportunity_id = o.opportunity_id and not o.is_deleted
where c.indicator_id <> 'PI-10' or s.currency_code = c.currency_code
