-- AC-02 depth of relationships: account by account the contacts that were there on the day; and deal
-- by deal whether its account had bought before.
-- needs: people, deals, accounts
with

contacts as (
    select
        x.contact_id,
        x.created_date,
        lower(trim(x.job_level)) as level,
        coalesce(by_id.account_id, by_name.account_id) as account_id
    from warehouse.intermediate.int_contact_conformed as x
    cross join clock as k
    left join account_name as by_id
        on by_id.source_system = x.source_system and by_id.alias = x.account_alias
    left join account_name as by_name
        on by_name.source_system = x.source_system and by_name.alias = lower(x.account_alias)
    where
        coalesce(x.created_date <= k.as_of, true)
        and x.contact_id not in (
            select record_key
            from warehouse.intermediate.int_record_deleted
            where entity = 'contact' and deleted_date <= k.as_of and restored_date > k.as_of
        )
        and not exists (
            from warehouse.intermediate.int_contact_conformed as o
            where o.contact_id = x.source_system || ':' || x.merged_into_alias
        )
        and coalesce(by_id.account_id, by_name.account_id) is not null
),

depth as (
    select
        c.cell_id,
        a.account_id,
        count(x.contact_id) as contacts,
        count(distinct x.level) as levels
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join account_row as a
        on
            a.owner_id = s.person_id
            and coalesce(a.created_date <= c.stock_date, true)
            and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
    left join contacts as x
        on x.account_id = a.account_id and coalesce(x.created_date <= c.stock_date, true)
    where
        c.measure_id <> 'new_deals'
        and c.stock_date >= (select coalesce(min(created_date), date '1900-01-01') from contacts)
        and exists (from contacts)
    group by all
),

deals as (
    select
        r.opportunity_id,
        r.created_date as day,
        d.account_id,
        f.owner_id,
        e.outcome,
        e.close_day
    from deal_row as r
    inner join deal_account as d using (opportunity_id)
    inner join (
        select opportunity_id, arg_min(owner_id, said_at) as owner_id
        from said
        group by all
    ) as f using (opportunity_id)
    left join ended as e using (opportunity_id)
    where d.account_id is not null and r.opportunity_id not in (select opportunity_id from gone)
),

again as (
    select c.cell_id, count(*) as deals
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join deals as d
        on
            d.owner_id = s.person_id
            and d.day >= s.valid_from and d.day < s.valid_to
            and d.day between c.period_from and c.stock_date
    where
        c.measure_id = 'new_deals'
        and exists (
            from deals as w
            where w.account_id = d.account_id and w.outcome = 'won' and w.close_day < d.day
        )
    group by all
)

select
    c.cell_id,
    case c.measure_id
        when 'new_deals' then coalesce(any_value(a.deals), 0)
        when 'contacts' then coalesce(sum(d.contacts), 0)
        else count(*) filter (where d.levels >= 2)
    end as numerator,
    case when c.measure_id = 'new_deals' then 1 else count(d.account_id) end as denominator,
    case
        when c.measure_id = 'new_deals' then coalesce(any_value(a.deals), 0)
        else count(d.account_id)
    end as observation_count,
    null as value
from cell as c
left join depth as d using (cell_id)
left join again as a using (cell_id)
group by c.cell_id, c.measure_id
