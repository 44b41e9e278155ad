-- Every day on which a person at work had a rep at work below, with one of these reps, in whose
-- place the manager's time counts.
-- From core: days of work of managers and their time zones.
create temp table manager_day as
select
    m.entity_id as manager_id,
    d.day,
    arg_min(d.person_id, d.person_id || '@') as person_id,
    any_value(
        case
            when isodow(d.day) > coalesce(w.last_working_day_iso, 5)
                then isodow(d.day) - coalesce(w.last_working_day_iso, 5) > 2
            else true
        end
    ) as is_working
from rep_day as d
inner join stood as m
    on
        m.entity_type = 'manager' and m.entity_id <> '(unassigned)' and m.person_id = d.person_id
        and d.day >= m.valid_from and d.day < m.valid_to
inner join build.core.dim_person as p on p.person_id = m.entity_id
left join build.reference.working_weeks as w on p.time_zone = w.time_zone
where
    d.day between coalesce(p.hire_date, d.day) and coalesce(p.leave_date, d.day)
    and p.leave_date_source is distinct from 'never_seen'
group by m.entity_id, d.day;
