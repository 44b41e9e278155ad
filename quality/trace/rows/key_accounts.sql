-- The key accounts of AC-01, for the organisation of their owner on the last day, and whether a
-- session of the period was about each.
-- indicators: AC-01
select
    c.cell_id,
    'core.dim_account' as core_table,
    a.account_id as core_key,
    a.owner_id as person_id,
    c.stock_date as day,
    if(s.sessions > 0, 'coached', 'not coached') as what,
    (s.sessions > 0)::integer as numerator_part,
    1 as denominator_part,
    s.sessions,
    s.first_session_id,
    a.source_system,
    a._source_file,
    a._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v
    on b.org_key = v.org_key and c.stock_date >= v.valid_from and c.stock_date < v.valid_to
inner join build.core.dim_account as a
    on
        v.person_id = a.owner_id and a.is_key_account and not a.is_deleted
        and coalesce(a.created_date <= c.stock_date, true)
cross join lateral (
    select count(*) as sessions, min(x.session_id) as first_session_id
    from build.core.fct_coaching_session as x
    where
        x.account_id = a.account_id and x.is_broad
        and x.session_date between c.period_from and c.stock_date
        and (x.area = 'account' or c.measure_id = 'any_coaching')
) as s
