-- TA-04 span: on the last day of the period, for each manager of somebody in the entity, all reps
-- who reported to them on that day.
-- From core also: roles, hire and leave dates of people.
-- needs: people
with

there as (
    select distinct d.stock_date as day, h.person_id, h.manager_id
    from (select distinct stock_date from cell) as d
    inner join build.core.dim_person_history as h
        on h.role = 'rep' and d.stock_date >= h.valid_from and d.stock_date < h.valid_to
    inner join build.core.dim_person as p using (person_id)
    where
        d.stock_date between coalesce(p.hire_date, d.stock_date)
        and coalesce(p.leave_date, d.stock_date)
        and p.leave_date_source is distinct from 'never_seen'
),

managers as (
    select distinct c.cell_id, c.measure_id, c.stock_date, t.manager_id
    from cell as c
    inner join stood as s
        on
            c.entity_type = s.entity_type and c.entity_id = s.entity_id
            and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
    inner join there as t on t.person_id = s.person_id and t.day = c.stock_date
    where t.manager_id <> '(unassigned)'
),

spans as (
    select
        m.*,
        (
            select count(*)
            from there as t
            where t.day = m.stock_date and t.manager_id = m.manager_id
        ) as reps
    from managers as m
)

select
    c.cell_id,
    coalesce(sum(case
        when c.measure_id = 'mean' then s.reps
        else (s.reps > 8)::integer
    end), 0) as numerator,
    count(s.manager_id) as denominator,
    count(s.manager_id) as observation_count,
    null as value
from cell as c
left join spans as s using (cell_id)
group by c.cell_id
