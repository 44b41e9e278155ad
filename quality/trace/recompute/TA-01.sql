-- TA-01 breadth of selection, from the rows of the roster that say manager where the row before said
-- rep; the indicator reads the history that core makes of them.
-- needs: people
with

rows_of as (
    select
        person_id,
        valid_from,
        role,
        promotion_criterion_count as used,
        defined_criterion_count as defined,
        lag(role) over (partition by person_id order by version_number) as role_before
    from warehouse.intermediate.int_person_version
    where role is not null
)

select
    c.cell_id,
    coalesce(sum(least(r.used, r.defined)), 0) as numerator,
    coalesce(sum(r.defined), 0) as denominator,
    count(r.person_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join rows_of as r
    on
        r.person_id = s.person_id and r.role = 'manager' and r.role_before = 'rep'
        and r.used is not null and r.defined > 0
        and r.valid_from >= s.valid_from and r.valid_from < s.valid_to
        and r.valid_from between c.period_from and c.stock_date
group by c.cell_id
