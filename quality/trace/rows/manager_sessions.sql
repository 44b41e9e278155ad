-- The sessions that the managers of CO-05 held in the period. Days without a session are no rows, so
-- these do not add up to the figure; the recomputation walks the days.
-- indicators: CO-05
-- sums: none
select distinct
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id as core_key,
    s.coach_id as person_id,
    s.session_date as day,
    case when s.is_strict then 'strict' else 'logged' end as what,
    null as numerator_part,
    null as denominator_part,
    s.duration_minutes as minutes,
    s.area,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
inner join build.core.fct_coaching_session as s
    on
        s.coach_id = v.manager_id
        and s.session_date >= v.valid_from and s.session_date < v.valid_to
        and s.session_date between c.period_from and c.stock_date
where
    s.coach_id <> '(unassigned)'
    and case when c.measure_id = 'strict' then s.is_strict else s.is_broad end
