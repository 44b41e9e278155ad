-- The deals of PI-05 that were due in the period on its eve, and whether they are due later now.
-- indicators: PI-05
select
    c.cell_id,
    'core.fct_pipeline_snapshot' as core_table,
    s.opportunity_id || '#' || s.snapshot_date as core_key,
    s.owner_id as person_id,
    s.snapshot_date as day,
    case when n.opportunity_id is null then 'not slipped' else 'slipped' end as what,
    case
        when n.opportunity_id is null then 0
        when c.measure_id = 'by_count' then 1
        else s.amount
    end as numerator_part,
    case when c.measure_id = 'by_count' then 1 else s.amount end as denominator_part,
    s.close_date as expected_close_date,
    n.close_date as later_close_date,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_pipeline_snapshot as s
    on s.owner_org_key = b.org_key and s.snapshot_date = c.period_from - 1
left join build.core.fct_opportunity_version as n
    on
        n.opportunity_id = s.opportunity_id
        and n.stage_category = 'open'
        and n.valid_from_date <= c.stock_date and n.valid_to_date > c.stock_date
        and coalesce(n.close_date > c.period_to, true)
where
    s.close_date between c.period_from and c.period_to
    and (
        c.measure_id = 'by_count'
        or (s.amount is not null and s.currency_code = c.currency_code)
    )
