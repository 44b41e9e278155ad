-- The sessions in which somebody above coached or observed a manager: those of the period and
-- what reaches into its first window. Windows without a session are no rows, so these do not add up;
-- the recomputation cuts the windows.
-- indicators: CO-11
-- sums: none
select
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id || '#' || a.coachee_id as core_key,
    a.coachee_id as person_id,
    s.session_date as day,
    if(s.is_late_entry, 'late', s.status) as what,
    null as numerator_part,
    null as denominator_part,
    s.mode,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
cross join (
    select coalesce(max(every_n_days) filter (where role = 'manager'), 28) as reach
    from build.core.dim_coaching_policy
) as p
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.bridge_session_attendee as a
    on a.coachee_org_key = b.org_key and a.is_coachee_present
inner join build.core.fct_coaching_session as s
    on
        a.session_id = s.session_id
        and s.session_date between c.period_from - p.reach and c.stock_date
inner join build.core.dim_reporting_line as l
    on
        l.person_id = a.coachee_id and l.ancestor_id = s.coach_id
        and s.session_date >= l.valid_from and s.session_date < l.valid_to
inner join build.core.dim_person as m on m.person_id = a.coachee_id and m.is_manager
where s.is_broad or s.status = 'excused'
