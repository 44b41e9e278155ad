-- TA-04: the reps who on the last day reported to a manager of somebody in the entity. A manager is
-- one however many reps there are, so these do not add up to the figure.
-- indicators: TA-04
-- sums: none
with

there as (
    select distinct c.cell_id, c.stock_date, v.person_id, v.manager_id, v.org_key
    from cell as c
    inner join build.core.dim_org_version as v
        on v.is_rep and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
    inner join build.core.dim_person as p on v.person_id = p.person_id
    where
        c.stock_date between coalesce(p.hire_date, c.stock_date)
        and coalesce(p.leave_date, c.stock_date)
        and p.leave_date_source is distinct from 'never_seen'
        and v.manager_id <> '(unassigned)'
),

managers as (
    select distinct c.cell_id, t.manager_id
    from cell as c
    inner join build.core.bridge_org_entity as b
        on c.entity_type = b.entity_type and c.entity_id = b.entity_id
    inner join there as t on c.cell_id = t.cell_id and b.org_key = t.org_key
)

select
    t.cell_id,
    'core.dim_person' as core_table,
    p.person_id as core_key,
    p.person_id,
    t.stock_date as day,
    'reports to ' || t.manager_id as what,
    null as numerator_part,
    null as denominator_part,
    p.source_system,
    p._source_file,
    p._source_row
from there as t
inner join managers as m on t.cell_id = m.cell_id and t.manager_id = m.manager_id
inner join build.core.dim_person as p on t.person_id = p.person_id
