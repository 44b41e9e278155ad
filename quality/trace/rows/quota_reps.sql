-- QU-02: the reps of the entity in the period, the quotas that ask something of them in it, and what
-- they won and were credited with. Who is left out, because not all days count, is among them, so
-- these do not add up to the figure.
-- indicators: QU-02
-- sums: none
with

reps as (
    select distinct c.cell_id, c.period_from, c.stock_date, v.person_id
    from cell as c
    inner join build.core.bridge_org_entity as b
        on c.entity_type = b.entity_type and c.entity_id = b.entity_id
    inner join build.core.dim_org_version as v
        on
            b.org_key = v.org_key and v.is_rep
            and v.valid_from <= c.stock_date and v.valid_to > c.period_from
)

select
    r.cell_id,
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
from reps as r
inner join build.core.fct_quota as q
    on
        q.person_id = r.person_id and not q.is_deleted
        and q.period_start <= r.stock_date and q.period_end >= r.period_from
union all by name
select
    r.cell_id,
    'core.fct_opportunity_credit' as core_table,
    k.opportunity_id || '#' || k.person_id as core_key,
    k.person_id,
    k.credit_date as day,
    'won' as what,
    null as numerator_part,
    null as denominator_part,
    k.amount,
    k.source_system,
    k._source_file,
    k._source_row
from reps as r
inner join build.core.fct_opportunity_credit as k
    on k.person_id = r.person_id and k.credit_date between r.period_from and r.stock_date
inner join build.core.fct_opportunity as o
    on k.opportunity_id = o.opportunity_id and o.is_won and not o.is_deleted
where k.amount is not null
