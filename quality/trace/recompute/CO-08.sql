-- CO-08 Friday slippage: where each moved session landed in the week of its coach, and whether it was
-- held at all.
-- From core also: time zones of people.
-- needs: people, sessions, meetings
with

moved as (
    select
        m.session_id,
        m.person_id,
        coalesce(m.moved_from, m.day) as day,
        if(m.moved_from <> m.day, m.day, null) as landed_on,
        coalesce(w.last_working_day_iso, 5) as last_day,
        m.status = 'held' as is_held
    from meeting as m
    left join build.core.dim_person as p on p.person_id = m.coach_id
    left join build.reference.working_weeks as w on p.time_zone = w.time_zone
    where
        (m.status = 'moved' or m.moved_from <> m.day) and m.status <> 'excused'
        and not (
            m.status = 'moved'
            and exists (
                select 1
                from meeting as n
                inner join coached as a on a.session_id = n.session_id
                inner join coached as b on b.session_id = m.session_id
                where
                    n.status <> 'excused' and n.moved_from = m.day and n.moved_from <> n.day
                    and n.coach_id = m.coach_id and m.coach_id <> '(unassigned)'
                    and a.person_id = b.person_id and a.person_id <> '(unassigned)'
            )
        )
)

select
    c.cell_id,
    count(*) filter (
        where case c.measure_id
            when 'last_day' then isodow(m.landed_on) = m.last_day
            else not m.is_held
        end
    ) as numerator,
    count(m.session_id) as denominator,
    count(m.session_id) as observation_count,
    null as value
from cell as c
cross join clock as k
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join moved as m
    on
        m.person_id = s.person_id
        and m.day >= s.valid_from and m.day < s.valid_to
        and m.day between c.period_from and c.stock_date
        and case c.measure_id
            when 'last_day' then m.landed_on is not null
            else m.day <= k.as_of - 28
        end
group by c.cell_id
