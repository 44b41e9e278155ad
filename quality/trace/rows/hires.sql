-- The reps whose beginning is looked at, and what they won and were credited with since: RA-01 and
-- RA-02 those hired in the period, RA-03 those whose twelfth full month ended in it. Months without
-- a win are no rows, and the bar of RA-02 is set by others, so these do not add up to the figure.
-- indicators: RA-01, RA-02, RA-03
-- sums: none
with

reps as (
    select
        c.cell_id,
        p.person_id,
        p.hire_date,
        p.leave_date,
        p.source_system,
        p._source_file,
        p._source_row,
        d.day
    from cell as c
    inner join build.core.bridge_org_entity as b
        on c.entity_type = b.entity_type and c.entity_id = b.entity_id
    inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
    inner join build.core.dim_person as p on v.person_id = p.person_id
    cross join lateral (
        select
            case
                when c.indicator_id <> 'RA-03' then p.hire_date
                when p.hire_date = date_trunc('month', p.hire_date)::date
                    then (p.hire_date + interval 12 month - interval 1 day)::date
                else
                    (date_trunc('month', p.hire_date) + interval 13 month - interval 1 day)::date
            end as day
    ) as d
    where
        d.day between c.period_from and c.stock_date
        and d.day >= v.valid_from and d.day < v.valid_to
        and coalesce(p.leave_date >= d.day, true)
        and p.hire_date >= (
            select min(created_date) from build.core.fct_opportunity where not is_deleted
        )
)

select
    cell_id,
    'core.dim_person' as core_table,
    person_id as core_key,
    person_id,
    hire_date as day,
    'hired' as what,
    null as numerator_part,
    null as denominator_part,
    leave_date,
    source_system,
    _source_file,
    _source_row
from reps
union all by name
select
    r.cell_id,
    'core.fct_opportunity_credit' as core_table,
    k.opportunity_id || '#' || k.person_id as core_key,
    k.person_id,
    k.credit_date as day,
    'won' as what,
    null as numerator_part,
    null as denominator_part,
    k.reporting_amount,
    k.source_system,
    k._source_file,
    k._source_row
from reps as r
cross join build.core.dim_clock as c
inner join build.core.fct_opportunity_credit as k
    on k.person_id = r.person_id and k.credit_date between r.hire_date and c.as_of_date
inner join build.core.fct_opportunity as o
    on k.opportunity_id = o.opportunity_id and o.is_won and not o.is_deleted
