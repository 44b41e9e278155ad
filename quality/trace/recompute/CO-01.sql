-- CO-01 cadence adherence: each rep's days under one policy are numbered from 0 and cut into
-- windows of its length; a window counts where its last day lies in the figure.
-- needs: people, sessions, days
with

numbered as (
    select
        *,
        count(*) over (
            partition by person_id, every_n_days order by day
            rows between unbounded preceding and 1 preceding
        ) // every_n_days as window_number
    from rep_day
    where every_n_days is not null
),

windows as (
    select
        person_id,
        max(day) as day,
        bool_or(is_broad_timely) as is_broad,
        bool_or(is_strict_timely) as is_strict
    from numbered
    group by person_id, every_n_days, window_number
    -- Excused and without a session: none was due.
    having count(*) = every_n_days and not (bool_or(is_excused) and not bool_or(is_broad_timely))
)

select
    c.cell_id,
    count(*) filter (
        where case c.measure_id when 'strict' then w.is_strict else w.is_broad end
    ) as numerator,
    count(w.day) as denominator,
    count(w.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join windows as w
    on
        w.person_id = s.person_id
        and w.day >= s.valid_from and w.day < s.valid_to
        and w.day between c.period_from and c.stock_date
group by c.cell_id
