-- The actions of AF-01, for the coachee's organisation of the first due date, else their owner's;
-- of those without a due date, all that were agreed, for the organisation of that day.
-- indicators: AF-01
select
    c.cell_id,
    'core.fct_coaching_action' as core_table,
    a.action_id as core_key,
    v.person_id,
    d.day,
    case
        when c.measure_id = 'no_due_date' then if(d.is_counted, 'no due date', 'due date')
        when d.is_counted then 'on time'
        else 'not on time'
    end as what,
    cast(d.is_counted as integer) as numerator_part,
    1 as denominator_part,
    a.completed_date,
    a.source_system,
    a._source_file,
    a._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_coaching_action as a
    on
        coalesce(nullif(a.coachee_id, '(unassigned)'), a.owner_id) = v.person_id
cross join lateral (
    select
        if(c.measure_id = 'on_time', a.first_due_date, a.agreed_date) as day,
        if(c.measure_id = 'on_time', a.is_on_time, a.first_due_date is null) as is_counted
) as d
where
    a.status <> 'dropped' and not a.is_deleted and d.is_counted is not null
    and d.day >= v.valid_from and d.day < v.valid_to
    and d.day between c.period_from and c.stock_date
