-- The deals of PI-06 that first entered the stage in the period, and whether they went on.
-- indicators: PI-06
select
    c.cell_id,
    'core.fct_opportunity_stage' as core_table,
    s.opportunity_id || '#' || s.stay_number as core_key,
    v.person_id,
    s.entered_date as day,
    s.stage_name as what,
    cast(s.went_on as integer) as numerator_part,
    1 as denominator_part,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join (
    select
        s.*,
        n.owner_id,
        exists (
            from build.core.fct_opportunity_stage as l
            where
                l.opportunity_id = s.opportunity_id and l.stay_number > s.stay_number
                and (
                    l.stage_category = 'won'
                    or (l.stage_category = 'open' and l.stage_order > s.stage_order)
                )
        ) as went_on,
        row_number() over (
            partition by s.opportunity_id, s.stage_order order by s.stay_number
        ) as entry_number
    from build.core.fct_opportunity_stage as s
    inner join build.core.fct_opportunity_version as n
        on s.opportunity_id = n.opportunity_id and s.entered_at = n.valid_from
    inner join build.core.fct_opportunity as o
        on s.opportunity_id = o.opportunity_id and not o.is_deleted
    where s.stage_category = 'open' and s.stage_order is not null
) as s
    on
        s.owner_id = v.person_id and s.entry_number = 1
        and s.entered_date >= v.valid_from and s.entered_date < v.valid_to
where
    s.entered_date between c.period_from and c.stock_date
    and (c.dimension = 'all' or s.stage_order = cast(c.member as integer))
