-- AC-03 activity on target accounts: activity by activity from the landed rows, and whether any list
-- that was in force on the day marks its account.
-- From core also: which accounts are targets, and when.
-- needs: people, accounts
with

target as (
    select member_id as account_id, valid_from, valid_to
    from build.core.bridge_territory
    where member_kind = 'account' and is_target
),

listed as (
    select a.source_system, min(t.valid_from) as day
    from target as t
    inner join build.core.dim_account as a using (account_id)
    group by all
),

acts as (
    select
        x.activity_id,
        x.activity_date as day,
        x.duration_minutes as minutes,
        coalesce(k.person_id, '(unassigned)') as person_id,
        coalesce(by_id.account_id, by_name.account_id, d.account_id) as account_id
    from warehouse.intermediate.int_activity_conformed as x
    cross join clock as c
    left join known_as as k
        on
            k.system = x.source_system and k.alias = x.owner_alias
            and x.activity_date >= k.valid_from and x.activity_date < k.valid_to
    left join account_name as by_id
        on by_id.source_system = x.source_system and by_id.alias = x.account_alias
    left join account_name as by_name
        on by_name.source_system = x.source_system and by_name.alias = lower(x.account_alias)
    left join deal_account as d on d.opportunity_id = x.source_system || ':' || x.opportunity_alias
    where
        x.is_completed and x.activity_date <= c.as_of
        and x.activity_id not in (
            select record_key
            from warehouse.intermediate.int_record_deleted
            where entity = 'activity' and deleted_date <= c.as_of and restored_date > c.as_of
        )
),

judged as (
    select
        x.*,
        exists (
            from target as t
            where t.account_id = x.account_id and x.day >= t.valid_from and x.day < t.valid_to
        ) as is_target
    from acts as x
    inner join build.core.dim_account as a using (account_id)
    inner join listed as l on l.source_system = a.source_system and x.day >= l.day
)

select
    c.cell_id,
    coalesce(sum(if(c.measure_id = 'minutes', x.minutes, 1)) filter (where x.is_target), 0)
        as numerator,
    coalesce(sum(if(c.measure_id = 'minutes', x.minutes, 1)) filter (where x.day is not null), 0)
        as denominator,
    count(x.activity_id) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join judged as x
    on
        x.person_id = s.person_id
        and x.day >= s.valid_from and x.day < s.valid_to
        and x.day between c.period_from and c.stock_date
        and (c.measure_id = 'activities' or x.minutes is not null)
group by c.cell_id, c.measure_id
