-- The people who were promoted from rep to manager in the period, for the organisation of that day:
-- on how many criteria (TA-01), and whether and when they ceased to manage (TA-02).
-- indicators: TA-01, TA-02
with

history as (
    select
        *,
        lag(role) over (partition by person_id order by valid_from) as previous_role,
        min(if(role <> 'manager', valid_from, null)) over (
            partition by person_id
            order by valid_from
            rows between 1 following and unbounded following
        ) as managed_until
    from build.core.dim_person_history
)

select
    c.cell_id,
    'core.dim_person' as core_table,
    p.person_id as core_key,
    p.person_id,
    h.valid_from as day,
    if(e.is_ended, 'manages no more', 'still manages') as what,
    if(
        c.indicator_id = 'TA-01',
        least(h.promotion_criterion_count, h.defined_criterion_count),
        e.is_ended::integer
    ) as numerator_part,
    if(c.indicator_id = 'TA-01', h.defined_criterion_count, 1) as denominator_part,
    e.ended_date,
    p.source_system,
    p._source_file,
    p._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join history as h
    on
        v.person_id = h.person_id and h.role = 'manager' and h.previous_role = 'rep'
        and h.valid_from >= v.valid_from and h.valid_from < v.valid_to
        and h.valid_from between c.period_from and c.stock_date
inner join build.core.dim_person as p
    on h.person_id = p.person_id and coalesce(p.leave_date >= h.valid_from, true)
cross join lateral (
    select
        least(h.managed_until, p.leave_date) as ended_date,
        coalesce(least(h.managed_until, p.leave_date) <= k.as_of_date, false) as is_ended
) as e
where
    c.indicator_id = 'TA-02'
    or (h.promotion_criterion_count is not null and h.defined_criterion_count > 0)
