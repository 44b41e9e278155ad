-- CO-07 cancelled or moved sessions: what became of each that was planned, where the person for whom
-- it counts stood on the planned day.
-- needs: people, sessions, meetings
with

planned as (
    select
        m.session_id,
        m.person_id,
        coalesce(m.moved_from, m.day) as day,
        m.status = 'cancelled' or m.status = 'moved' or m.moved_from is distinct from m.day
        and m.moved_from is not null as is_disturbed,
        m.status = 'moved' or coalesce(m.moved_from <> m.day, false) as is_moved,
        coalesce(m.cancelled_by = 'rep', false) as is_by_rep,
        m.status
    from meeting as m
    where
        m.status <> 'excused'
        -- Told a second time on its new day.
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
        where p.is_disturbed and p.is_by_rep = (c.measure_id = 'by_rep')
    ) as numerator,
    count(p.session_id) as denominator,
    count(p.session_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join planned as p
    on
        p.person_id = s.person_id
        and p.day >= s.valid_from and p.day < s.valid_to
        and p.day between c.period_from and c.stock_date
        and (p.is_moved or p.status <> 'scheduled')
group by c.cell_id
