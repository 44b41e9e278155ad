-- The deals of PI-03 that first reached a qualified stage, for whoever held them that day.
-- indicators: PI-03
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    v.person_id,
    o.first_qualified_date as day,
    'first qualified' as what,
    case when c.measure_id = 'count' then 1 else o.first_qualified_amount end as numerator_part,
    0 as denominator_part,
    o.first_qualified_amount as amount,
    o.currency_code,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join (
    select
        o.*,
        coalesce(
            (
                select arg_max(s.owner_id, s.version_number)
                from build.core.fct_opportunity_version as s
                where
                    s.opportunity_id = o.opportunity_id
                    and s.valid_from_date <= o.first_qualified_date
            ),
            o.owner_id
        ) as day_owner_id
    from build.core.fct_opportunity as o
) as o
    on
        o.day_owner_id = v.person_id
        and o.first_qualified_date >= v.valid_from and o.first_qualified_date < v.valid_to
where
    not o.is_deleted
    and o.first_qualified_date between c.period_from and c.stock_date
    and (c.dimension = 'all' or o.product_id = c.member)
    and (
        c.measure_id = 'count'
        or (o.first_qualified_amount is not null and o.currency_code = c.currency_code)
    )
