-- The waterfall of every entity but single reps, in three views of money: each currency by itself,
-- all of it at the rates of the day, and at one constant rate. The residual is what the steps do
-- not explain; it is published so that anybody can see that it is 0.
{% set steps = [
    'created', 'reopened', 'pulled_in', 'slipped_in', 'increased', 'decreased', 'pushed_out',
    'moved_before', 'won', 'lost', 'no_decision', 'disqualified', 'transferred',
    'currency_changed', 'rate_changed'
] %}
with

clock as (
    select * from {{ ref('dim_clock') }}
),

balances as (
    select * from {{ ref('ind_pipeline_balance') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

money as (
    select
        org_key,
        period_grain,
        period_start,
        pipeline_view,
        'native' as currency_view,
        currency_code,
        change_class,
        deal_count,
        amount
    from balances
    union all
    select
        balances.org_key,
        balances.period_grain,
        balances.period_start,
        balances.pipeline_view,
        'reporting' as currency_view,
        clock.reporting_currency as currency_code,
        balances.change_class,
        balances.deal_count,
        balances.reporting_amount as amount
    from balances
    cross join clock
    union all
    select
        balances.org_key,
        balances.period_grain,
        balances.period_start,
        balances.pipeline_view,
        'constant_rate' as currency_view,
        clock.reporting_currency as currency_code,
        balances.change_class,
        balances.deal_count,
        balances.constant_rate_amount as amount
    from balances
    cross join clock
),

-- By classes first: few organisations share an entity, and wide sums of many rows cost most.
summed as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        money.period_grain,
        money.period_start,
        money.pipeline_view,
        money.currency_view,
        money.currency_code,
        money.change_class,
        sum(money.deal_count) as deal_count,
        sum(money.amount) as amount
    from money
    inner join org_entities on money.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        money.period_grain,
        money.period_start,
        money.pipeline_view,
        money.currency_view,
        money.currency_code,
        money.change_class
),

final as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        pipeline_view,
        currency_view,
        currency_code,
        {% for step in ['start'] + steps + ['end'] %}
            cast(
                sum(case when change_class = '{{ step }}' then amount else 0 end) as decimal(28, 2)
            ) as {{ step }}_amount,
        {% endfor %}
        cast(
            sum(case when change_class = 'end' then amount else -amount end) as decimal(28, 2)
        ) as residual_amount,
        cast(sum(case when change_class = 'start' then deal_count else 0 end) as bigint)
            as start_count,
        cast(sum(case when change_class = 'end' then deal_count else 0 end) as bigint)
            as end_count,
        cast(sum(case when change_class = 'end' then deal_count else -deal_count end) as bigint)
            as residual_count
    from summed
    group by
        entity_type,
        entity_id,
        period_grain,
        period_start,
        pipeline_view,
        currency_view,
        currency_code
)

select * from final
