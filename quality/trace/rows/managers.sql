-- The managers of MA-06, of the reps of the last day.
-- indicators: MA-06
-- sums: none
select
    c.cell_id,
    'core.dim_person' as core_table,
    p.person_id as core_key,
    p.person_id,
    c.stock_date as day,
    'certified on ' || coalesce(cast(p.certified_date as varchar), 'no day') as what,
    null as numerator_part,
    1 as denominator_part,
    p.source_system,
    p._source_file,
    p._source_row
from cell as c
inner join build.core.dim_person as p
    on p.person_id in (
        select v.manager_id
        from build.core.dim_org_version as v
        where v.is_rep and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
    )
