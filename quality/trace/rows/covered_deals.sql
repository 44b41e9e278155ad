-- PI-01: the deals that are open and due in the period, what was won and credited in it, and the
-- quotas of its days, each up to the day of the figure. Of the usual coverage the rows of the period
-- itself; those of the four before are found with their own figures.
-- indicators: PI-01
-- sums: none
with

asked as (
    select
        *,
        if(
            dimension = 'all', stock_date,
            period_from + cast(split_part(member, '_', 2) as integer) - 1
        ) as look_day
    from cell
)

select
    c.cell_id,
    'core.fct_opportunity_version' as core_table,
    s.opportunity_id || '#' || s.version_number as core_key,
    s.owner_id as person_id,
    c.look_day as day,
    'open' as what,
    null as numerator_part,
    null as denominator_part,
    s.amount,
    s.source_system,
    s._source_file,
    s._source_row
from asked as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v
    on b.org_key = v.org_key and c.look_day >= v.valid_from and c.look_day < v.valid_to
inner join build.core.fct_opportunity_version as s
    on
        s.owner_id = v.person_id and s.stage_category = 'open'
        and s.valid_from_date <= c.look_day and s.valid_to_date > c.look_day
        and s.close_date between c.period_from and c.period_to
        and coalesce(s.currency_code, k.reporting_currency) = c.currency_code
inner join build.core.fct_opportunity as o
    on s.opportunity_id = o.opportunity_id and not o.is_deleted
union all by name
select
    c.cell_id,
    'core.fct_opportunity_credit' as core_table,
    r.opportunity_id || '#' || r.person_id as core_key,
    r.person_id,
    r.credit_date as day,
    'won' as what,
    null as numerator_part,
    null as denominator_part,
    r.amount,
    r.source_system,
    r._source_file,
    r._source_row
from asked as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity_credit as r on b.org_key = r.person_org_key
inner join build.core.fct_opportunity as o
    on r.opportunity_id = o.opportunity_id and o.is_won and not o.is_deleted
where
    r.amount is not null
    and r.credit_date between c.period_from and c.look_day
    and coalesce(r.currency_code, k.reporting_currency) = c.currency_code
union all by name
select
    c.cell_id,
    'core.fct_quota' as core_table,
    q.quota_id as core_key,
    q.person_id,
    q.period_start as day,
    'quota' as what,
    null as numerator_part,
    null as denominator_part,
    q.quota_amount as amount,
    q.source_system,
    q._source_file,
    q._source_row
from asked as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
inner join build.core.fct_quota as q on q.person_id = v.person_id and not q.is_deleted
where
    coalesce(q.currency_code, k.reporting_currency) = c.currency_code
    and least(q.period_end + 1, v.valid_to, c.period_to + 1)
    > greatest(q.period_start, v.valid_from, c.period_from)
