-- The deals of IM-01, coached and others, for the owner's organisation of the day of closing; that
-- all of them are old enough is not asked again here.
-- indicators: IM-01
-- sums: none
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    o.owner_id as person_id,
    o.created_date as day,
    if(s.opportunity_id is null, 'other, ', 'coached, ') || o.outcome as what,
    cast(o.is_won and s.opportunity_id is not null as integer) as numerator_part,
    cast(s.opportunity_id is not null as integer) as denominator_part,
    s.first_session_date,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity as o on b.org_key = o.owner_org_key
left join (
    select opportunity_id, min(session_date) as first_session_date
    from build.core.fct_coaching_session
    where is_deal_coaching and is_broad
    group by all
) as s using (opportunity_id)
where
    not o.is_deleted and o.outcome in ('won', 'lost')
    and o.created_date between c.period_from and c.period_to
    and o.created_date >= (
        select min(session_date) from build.core.fct_coaching_session where is_broad
    )
