-- QU-01: what was won and credited in the period, and the quotas of which days lie in it.
-- indicators: QU-01
select
    c.cell_id,
    'core.fct_opportunity_credit' as core_table,
    r.opportunity_id || '#' || r.person_id as core_key,
    r.person_id,
    r.credit_date as day,
    'won' as what,
    r.amount as numerator_part,
    0 as denominator_part,
    r.amount,
    r.credit_percent,
    r.source_system,
    r._source_file,
    r._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_opportunity_credit as r on b.org_key = r.person_org_key
inner join build.core.fct_opportunity as o
    on r.opportunity_id = o.opportunity_id and o.is_won and not o.is_deleted
where
    r.amount is not null
    and r.credit_date between c.period_from and c.stock_date
    and coalesce(r.currency_code, k.reporting_currency) = c.currency_code
union all by name
select
    c.cell_id,
    'core.fct_quota' as core_table,
    q.quota_id as core_key,
    q.person_id,
    q.period_start as day,
    'quota' as what,
    0 as numerator_part,
    q.quota_amount::double * (
        least(
            q.period_end + 1, v.valid_to,
            case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
        ) - greatest(q.period_start, v.valid_from, c.period_from)
    ) / (q.period_end - q.period_start + 1) as denominator_part,
    q.quota_amount as amount,
    q.source_system,
    q._source_file,
    q._source_row
from cell as c
cross join build.core.dim_clock as k
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key and v.is_rep
inner join build.core.fct_quota as q on q.person_id = v.person_id and not q.is_deleted
where
    coalesce(q.currency_code, k.reporting_currency) = c.currency_code
    and least(
        q.period_end + 1, v.valid_to,
        case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
    ) > greatest(q.period_start, v.valid_from, c.period_from)
