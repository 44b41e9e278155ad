-- The reps whose days of work are counted in CO-10, each stretch of an organisation, with the hire
-- date. The days themselves are no rows, so these do not add up; the recomputation walks the days.
-- indicators: CO-10:new_hire_days
-- sums: none
select
    c.cell_id,
    'core.dim_person' as core_table,
    v.org_key as core_key,
    v.person_id,
    greatest(c.period_from, v.valid_from) as day,
    'rep' as what,
    null as numerator_part,
    null as denominator_part,
    p.hire_date,
    p.leave_date,
    p.source_system,
    p._source_file,
    p._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v
    on
        b.org_key = v.org_key and v.is_rep
        and v.valid_from <= c.stock_date and v.valid_to > c.period_from
inner join build.core.dim_person as p on v.person_id = p.person_id
where
    p.hire_date <= c.stock_date and coalesce(p.leave_date, c.period_from) >= c.period_from
