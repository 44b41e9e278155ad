-- The attendances of CO-10: what reps received in sessions, with how long ago they were hired.
-- indicators: CO-10
select
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id || '#' || a.coachee_id as core_key,
    a.coachee_id as person_id,
    s.session_date as day,
    t.tenure as what,
    case
        when t.tenure = if(c.dimension = 'tenure', c.member, 'up_to_6_months') then a.minutes
        else 0
    end as numerator_part,
    a.minutes as denominator_part,
    p.hire_date,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
inner join build.core.bridge_session_attendee as a
    on a.coachee_org_key = v.org_key and a.is_coachee_present and a.minutes is not null
inner join build.core.fct_coaching_session as s
    on
        a.session_id = s.session_id and s.is_broad
        and s.session_date between c.period_from and c.stock_date
inner join build.core.dim_person as p on a.coachee_id = p.person_id
cross join lateral (
    select
        case
            when p.hire_date is null then 'unknown'
            when s.session_date <= p.hire_date + interval 6 month then 'up_to_6_months'
            else 'over_6_months'
        end as tenure
) as t
where c.dimension = 'tenure' or t.tenure <> 'unknown'
