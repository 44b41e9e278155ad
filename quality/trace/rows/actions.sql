-- The actions of AF-01, for the coachee's organisation of the first due date, else their owner's.
select
    c.cell_id,
    'core.fct_coaching_action' as core_table,
    a.action_id as core_key,
    v.person_id,
    a.first_due_date as day,
    case when a.is_on_time then 'on time' else 'not on time' end as what,
    cast(a.is_on_time as integer) as numerator_part,
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
        and a.first_due_date >= v.valid_from and a.first_due_date < v.valid_to
where
    a.is_on_time is not null and a.status <> 'dropped' and not a.is_deleted
    and a.first_due_date between c.period_from and c.stock_date
