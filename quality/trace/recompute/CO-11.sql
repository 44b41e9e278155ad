-- CO-11 coaching of coaches: each manager's days under one interval are numbered from 0 and cut into
-- windows; a window counts where the manager stood on its last day.
-- From core also: coaching policies.
-- needs: people, sessions, days, meetings, managers
with

due as (
    select
        m.manager_id,
        m.day,
        coalesce(
            (
                select min(p.every_n_days)
                from build.core.dim_coaching_policy as p
                where
                    p.role = 'manager' and m.day >= p.valid_from
                    and m.day < coalesce(p.valid_to, 'infinity')
            ), 28
        ) as every_n_days
    from manager_day as m
),

seen as (
    select
        a.person_id as manager_id,
        n.day,
        bool_or(n.is_broad and not n.is_late) as is_seen,
        bool_or(n.status = 'excused') as is_excused
    from meeting as n
    inner join coached as a on a.session_id = n.session_id and a.is_present
    inner join stood as above
        on
            above.entity_type = 'manager_org' and above.entity_id = n.coach_id
            and above.person_id = a.person_id
            and n.day >= above.valid_from and n.day < above.valid_to
    group by all
),

numbered as (
    select
        d.*,
        coalesce(s.is_seen, false) as is_seen,
        coalesce(s.is_excused, false) as is_excused,
        count(*) over (
            partition by d.manager_id, d.every_n_days order by d.day
            rows between unbounded preceding and 1 preceding
        ) // d.every_n_days as window_number
    from due as d
    left join seen as s using (manager_id, day)
),

windows as (
    select manager_id, max(day) as day, bool_or(is_seen) as is_kept
    from numbered
    group by manager_id, every_n_days, window_number
    having count(*) = every_n_days and not (bool_or(is_excused) and not bool_or(is_seen))
)

select
    c.cell_id,
    count(*) filter (where w.is_kept) as numerator,
    count(w.day) as denominator,
    count(w.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join windows as w
    on
        w.manager_id = s.person_id
        and w.day >= s.valid_from and w.day < s.valid_to
        and w.day between c.period_from and c.stock_date
group by c.cell_id
