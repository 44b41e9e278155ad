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

-- The three amounts of a class at once, and only then by views of money: wide sums of many rows
-- cost most.
summed as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        balances.period_grain,
        balances.period_start,
        balances.pipeline_view,
        balances.currency_code,
        balances.change_class,
        sum(balances.deal_count) as deal_count,
        sum(balances.amount) as amount,
        sum(balances.reporting_amount) as reporting_amount,
        sum(balances.constant_rate_amount) as constant_rate_amount
    from balances
    inner join org_entities on balances.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        balances.period_grain,
        balances.period_start,
        balances.pipeline_view,
        balances.currency_code,
        balances.change_class
),

converted as (
    select
        summed.entity_type,
        summed.entity_id,
        summed.period_grain,
        summed.period_start,
        summed.pipeline_view,
        summed.change_class,
        clock.reporting_currency as currency_code,
        sum(summed.deal_count) as deal_count,
        sum(summed.reporting_amount) as reporting_amount,
        sum(summed.constant_rate_amount) as constant_rate_amount
    from summed
    cross join clock
    group by
        summed.entity_type,
        summed.entity_id,
        summed.period_grain,
        summed.period_start,
        summed.pipeline_view,
        summed.change_class,
        clock.reporting_currency
),

money as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        pipeline_view,
        'native' as currency_view,
        currency_code,
        change_class,
        deal_count,
        amount
    from summed
    {% for currency_view in ['reporting', 'constant_rate'] %}
        union all
        select
            entity_type,
            entity_id,
            period_grain,
            period_start,
            pipeline_view,
            '{{ currency_view }}' as currency_view,
            currency_code,
            change_class,
            deal_count,
            {{ currency_view }}_amount as amount
        from converted
    {% endfor %}
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
    from money
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
