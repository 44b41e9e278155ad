-- AC-02: the accounts of the owners in the entity on the last day with their contacts, or the deals
-- that were begun in the period with an account that had bought before.
-- indicators: AC-02
select
    c.cell_id,
    'core.dim_account' as core_table,
    a.account_id as core_key,
    a.owner_id as person_id,
    c.stock_date as day,
    x.contacts || ' contacts at ' || x.levels || ' levels' as what,
    if(c.measure_id = 'contacts', x.contacts, (x.levels >= 2)::integer) as numerator_part,
    1 as denominator_part,
    x.contacts,
    x.levels,
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
        v.person_id = a.owner_id and not a.is_deleted
        and coalesce(a.created_date <= c.stock_date, true)
cross join lateral (
    select count(*) as contacts, count(distinct lower(trim(k.job_level))) as levels
    from build.core.dim_contact as k
    where
        k.account_id = a.account_id and not k.is_deleted and k.merged_into_contact_id is null
        and coalesce(k.created_date <= c.stock_date, true)
) as x
where
    c.measure_id <> 'new_deals'
    and c.stock_date >= (
        select coalesce(min(created_date), date '1900-01-01')
        from build.core.dim_contact
        where not is_deleted and merged_into_contact_id is null and account_id is not null
    )
union all by name
select
    c.cell_id,
    'core.fct_opportunity' as core_table,
    o.opportunity_id as core_key,
    f.owner_id as person_id,
    o.created_date as day,
    'created' as what,
    1 as numerator_part,
    0 as denominator_part,
    o.source_system,
    o._source_file,
    o._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join build.core.fct_opportunity_version as f
    on v.person_id = f.owner_id and f.version_number = 1
inner join build.core.fct_opportunity as o
    on
        f.opportunity_id = o.opportunity_id and not o.is_deleted
        and o.created_date >= v.valid_from and o.created_date < v.valid_to
where
    c.measure_id = 'new_deals'
    and o.created_date between c.period_from and c.stock_date
    and exists (
        from build.core.fct_opportunity as w
        where
            w.account_id = o.account_id and w.is_won and w.is_closed and not w.is_deleted
            and w.close_date < o.created_date
    )
