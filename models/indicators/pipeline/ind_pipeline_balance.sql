-- The pipeline of each organisation at the start and at the end of each period, from the snapshots,
-- and between them the changes by class. That they tie is proved by a test, not by construction.
with

periods as (
    select
        *,
        cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) as eve_date
    from {{ ref('ind_period_day') }}
    where period_grain in ('month', 'quarter', 'fiscal_quarter')
),

snapshots as (
    select
        snapshot_date,
        close_date,
        owner_org_key,
        coalesce(currency_code, reporting_currency_code) as currency_code,
        count(*) as deal_count,
        count(*) as move_count,
        sum(coalesce(amount, 0)) as amount,
        sum(coalesce(reporting_amount, 0)) as reporting_amount,
        sum(coalesce(constant_rate_amount, 0)) as constant_rate_amount
    from {{ ref('fct_pipeline_snapshot') }}
    group by
        snapshot_date,
        close_date,
        owner_org_key,
        coalesce(currency_code, reporting_currency_code)
),

changes as (
    select * from {{ ref('ind_pipeline_change') }}
),

stocks as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        'start' as change_class,
        snapshots.*
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.eve_date
    union all
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        'end' as change_class,
        snapshots.*
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.stock_date
),

parts as (
    select
        owner_org_key as org_key,
        period_grain,
        period_start,
        'open' as pipeline_view,
        currency_code,
        change_class,
        deal_count,
        move_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from stocks
    union all
    select
        owner_org_key as org_key,
        period_grain,
        period_start,
        'due' as pipeline_view,
        currency_code,
        change_class,
        deal_count,
        move_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from stocks
    where close_date >= period_start and close_date <= period_end
    union all
    select
        org_key,
        period_grain,
        period_start,
        pipeline_view,
        currency_code,
        change_class,
        deal_count,
        1 as move_count,
        amount,
        reporting_amount,
        constant_rate_amount
    from changes
),

final as (
    select
        org_key,
        period_grain,
        period_start,
        pipeline_view,
        currency_code,
        change_class,
        cast(sum(deal_count) as bigint) as deal_count,
        cast(sum(move_count) as bigint) as move_count,
        cast(sum(amount) as decimal(28, 2)) as amount,
        cast(sum(reporting_amount) as decimal(28, 2)) as reporting_amount,
        cast(sum(constant_rate_amount) as decimal(28, 2)) as constant_rate_amount
    from parts
    group by org_key, period_grain, period_start, pipeline_view, currency_code, change_class
)

select * from final
