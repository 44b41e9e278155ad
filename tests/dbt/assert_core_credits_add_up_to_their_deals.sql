-- Risk: a shared deal is credited twice, or a part of it to nobody, and attainment no longer adds
-- up to what was won.
{{ config(
    meta={
        'rule_id': 'CORE-OPPORTUNITY-CREDIT-TOTAL',
        'sentence': 'The amounts credited for a deal add up to its amount, and the shares to 100 %.',
        'severity': 'critical',
        'owner': 'revenue operations',
    }
) }}
with

credited as (
    select
        opportunity_id,
        sum(credit_percent) as credit_percent,
        sum(amount) as amount,
        sum(reporting_amount) as reporting_amount,
        sum(constant_rate_amount) as constant_rate_amount
    from {{ ref('fct_opportunity_credit') }}
    group by opportunity_id
),

deals as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
)

select
    deals.opportunity_id,
    deals.source_system
from deals
left join credited
    on deals.opportunity_id = credited.opportunity_id
where
    credited.opportunity_id is null
    or credited.credit_percent <> 100
    or coalesce(credited.amount, 0) <> coalesce(deals.amount, 0)
    or coalesce(credited.reporting_amount, 0) <> coalesce(deals.reporting_amount, 0)
    or coalesce(credited.constant_rate_amount, 0) <> coalesce(deals.constant_rate_amount, 0)
