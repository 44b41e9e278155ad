-- The activities of AC-03 on accounts of a CRM of whose accounts a list marks targets, for the
-- organisation of whoever did them on that day.
-- indicators: AC-03
select
    c.cell_id,
    'core.fct_activity' as core_table,
    x.activity_id as core_key,
    x.owner_id as person_id,
    x.activity_date as day,
    if(t.is_target, 'target', 'no target') as what,
    if(t.is_target, if(c.measure_id = 'minutes', x.duration_minutes, 1), 0) as numerator_part,
    if(c.measure_id = 'minutes', x.duration_minutes, 1) as denominator_part,
    x.account_id,
    x.activity_type,
    x.duration_minutes,
    x.source_system,
    x._source_file,
    x._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_activity as x
    on
        v.person_id = x.owner_id and x.is_completed and not x.is_deleted
        and x.activity_date >= v.valid_from and x.activity_date < v.valid_to
        and x.activity_date between c.period_from and c.stock_date
inner join build.core.dim_account as a on x.account_id = a.account_id
inner join (
    select o.source_system, min(m.valid_from) as first_date
    from build.core.bridge_territory as m
    inner join build.core.dim_account as o on m.member_id = o.account_id
    where m.member_kind = 'account' and m.is_target
    group by all
) as l on a.source_system = l.source_system and x.activity_date >= l.first_date
cross join lateral (
    select count(*) > 0 as is_target
    from build.core.bridge_territory as m
    where
        m.member_kind = 'account' and m.is_target and m.member_id = x.account_id
        and x.activity_date >= m.valid_from and x.activity_date < m.valid_to
) as t
where c.measure_id = 'activities' or x.duration_minutes is not null
