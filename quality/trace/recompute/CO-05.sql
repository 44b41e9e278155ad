-- CO-05 coaching share of manager time: day by day, the length of what a manager held against eight
-- hours on the days of the manager's working week.
-- needs: people, sessions, days, meetings, managers
with

spent as (
    select
        coach_id as manager_id,
        day,
        sum(minutes) filter (where is_strict) as strict,
        sum(minutes) as broad
    from meeting
    where is_broad
    group by all
)

select
    c.cell_id,
    coalesce(sum(case c.measure_id when 'strict' then t.strict else t.broad end), 0) as numerator,
    480 * count(*) filter (where m.is_working) as denominator,
    count(*) filter (where m.is_working) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join manager_day as m
    on
        m.person_id = s.person_id
        and m.day >= s.valid_from and m.day < s.valid_to
        and m.day between c.period_from and c.stock_date
left join spent as t on t.manager_id = m.manager_id and t.day = m.day
group by c.cell_id
