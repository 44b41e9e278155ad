-- The planned sessions of CO-07 and the moved ones of CO-08, each once, for the organisation on the
-- planned day of the one person for whom it counts.
-- indicators: CO-07, CO-08
with

picked as (
    select
        s.*,
        coalesce(s.moved_from_date, s.session_date) as planned_date,
        coalesce(
            (
                select arg_min(
                    a.coachee_id,
                    (
                        not a.is_coachee_present,
                        a.coachee_id = '(unassigned)',
                        v.manager_id <> s.coach_id,
                        a.coachee_id
                    )
                )
                from build.core.bridge_session_attendee as a
                inner join build.core.dim_org_version as v on a.coachee_org_key = v.org_key
                where a.session_id = s.session_id
            ),
            s.coach_id
        ) as person_id
    from build.core.fct_coaching_session as s
    where not s.is_deleted and s.mode is distinct from 'inspection'
),

told_again as (
    select x.session_id
    from build.core.fct_coaching_session as x
    inner join build.core.bridge_session_attendee as xa using (session_id)
    inner join build.core.bridge_session_attendee as ya
        on xa.coachee_id = ya.coachee_id and xa.coachee_id <> '(unassigned)'
    inner join picked as y
        on
            ya.session_id = y.session_id and x.coach_id = y.coach_id
            and x.session_date = y.moved_from_date and y.moved_from_date <> y.session_date
            and y.status <> 'excused'
    where x.status = 'moved' and x.coach_id <> '(unassigned)'
),

judged as (
    select
        s.*,
        s.status = 'moved' or coalesce(s.moved_from_date <> s.session_date, false) as is_moved,
        coalesce(s.moved_from_date <> s.session_date, false) as is_landed,
        isodow(s.session_date) = coalesce(w.last_working_day_iso, 5) as is_last_day
    from picked as s
    left join build.core.dim_person as p on s.coach_id = p.person_id
    left join build.reference.working_weeks as w on p.time_zone = w.time_zone
    where
        s.status <> 'excused'
        and s.session_id not in (select session_id from told_again)
)

select
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id as core_key,
    s.person_id,
    s.planned_date as day,
    if(s.is_moved, 'moved', s.status) as what,
    cast(
        case c.measure_id
            when 'rate'
                then
                    (s.is_moved or s.status = 'cancelled') and s.cancelled_by is distinct from 'rep'
            when 'by_rep' then (s.is_moved or s.status = 'cancelled') and s.cancelled_by = 'rep'
            when 'last_day' then s.is_last_day
            else s.status <> 'held'
        end as integer
    ) as numerator_part,
    1 as denominator_part,
    s.session_date,
    s.status,
    s.cancelled_by,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join judged as s
    on
        s.person_id = v.person_id
        and s.planned_date >= v.valid_from and s.planned_date < v.valid_to
        and s.planned_date between c.period_from and c.stock_date
where
    case c.measure_id
        when 'last_day' then s.is_landed
        when 'never_held' then s.is_moved and s.planned_date <= k.as_of_date - 28
        else s.is_moved or s.status <> 'scheduled'
    end
