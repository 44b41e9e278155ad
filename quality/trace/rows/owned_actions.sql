-- The actions of CQ-05, for the coachee's organisation of the day on which they were agreed.
-- indicators: CQ-05
select
    c.cell_id,
    'core.fct_coaching_action' as core_table,
    a.action_id as core_key,
    v.person_id,
    a.agreed_date as day,
    if(a.is_rep_owned, 'owned or worded by the rep', 'not the rep''s') as what,
    cast(a.is_rep_owned as integer) as numerator_part,
    1 as denominator_part,
    a.owner_id,
    a.status,
    a.source_system,
    a._source_file,
    a._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_coaching_action as a
    on coalesce(nullif(a.coachee_id, '(unassigned)'), a.owner_id) = v.person_id
where
    not a.is_deleted and a.is_rep_owned is not null
    and a.agreed_date >= v.valid_from and a.agreed_date < v.valid_to
    and a.agreed_date between c.period_from and c.stock_date
