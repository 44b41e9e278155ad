-- MA-06 managers equipped, from the roster's certificates.
-- From core: who was a rep under whom, hired and gone.
-- needs: people
with

spans as (
    select c.cell_id, c.stock_date, h.manager_id, count(*) as reps
    from cell as c
    inner join build.core.dim_person_history as h
        on h.is_rep and c.stock_date >= h.valid_from and c.stock_date < h.valid_to
    inner join build.core.dim_person as p
        on
            h.person_id = p.person_id
            and coalesce(p.hire_date <= c.stock_date, true)
            and coalesce(p.leave_date >= c.stock_date, true)
            and coalesce(p.leave_date_source, '') <> 'never_seen'
    where h.manager_id <> '(unassigned)' and h.person_id <> '(unassigned)'
    group by all
),

known as (
    select count(*) > 0 as is_known
    from warehouse.intermediate.int_person_described
    cross join clock
    where certified_date <= as_of
)

select
    c.cell_id,
    count(*) filter (
        where
            s.reps <= 8 and p.certified_date <= s.stock_date
            and coalesce(p.certification_expires_date > s.stock_date, true)
    ) as numerator,
    count(s.manager_id) as denominator,
    count(s.manager_id) as observation_count,
    null as value
from cell as c
cross join known as k
left join spans as s on c.cell_id = s.cell_id and k.is_known
left join warehouse.intermediate.int_person_described as p on s.manager_id = p.person_id
group by c.cell_id
