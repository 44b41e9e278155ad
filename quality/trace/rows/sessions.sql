-- The sessions behind the coaching indicators: those of the period for whom it counts, and for
-- cadence and gap also what reaches into it. Days without a session are no rows, so these do not
-- add up to the figure; the recomputation walks the days.
-- indicators: CO-01, CO-02, CO-04, CO-06, CO-09
-- sums: none
select
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id || '#' || a.coachee_id as core_key,
    a.coachee_id as person_id,
    s.session_date as day,
    case when s.is_strict then 'strict' when s.is_broad then 'logged' else s.status end as what,
    null as numerator_part,
    null as denominator_part,
    s.area,
    a.minutes,
    s.is_group,
    s.is_late_entry,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_session_attendee as a on a.is_coachee_present
inner join build.core.bridge_org_entity as b
    on
        c.entity_type = b.entity_type and c.entity_id = b.entity_id
        and a.coachee_org_key = b.org_key
inner join build.core.fct_coaching_session as s on a.session_id = s.session_id
cross join (
    select coalesce(max(every_n_days), 0) as reach from build.core.dim_coaching_policy
) as p
where
    s.session_date between c.period_from - case
        when c.indicator_id in ('CO-01', 'CO-02') then p.reach else 0
    end and c.stock_date
    and (
        case when c.measure_id like '%strict' then s.is_strict else s.is_broad end
        or (c.indicator_id = 'CO-01' and s.status = 'excused')
    )
