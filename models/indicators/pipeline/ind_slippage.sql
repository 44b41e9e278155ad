-- PI-05 slippage: of the deals that were due in the period when it began, those that are open at
-- its end with an expected close date behind it, at the amount and for the organisation of the
-- start. A date that was moved within the period, or passed without being moved, is no slip.
with

periods as (
    select
        *,
        cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) as eve_date
    from {{ ref('ind_period_day') }}
    where period_grain in ('month', 'quarter', 'fiscal_quarter')
),

snapshots as (
    select * from {{ ref('fct_pipeline_snapshot') }}
),

changes as (
    select
        opportunity_id,
        period_grain,
        period_start
    from {{ ref('ind_pipeline_change') }}
    where pipeline_view = 'due' and change_class = 'pushed_out'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-05' and dimension = 'all'
),

due as (
    select
        periods.period_grain,
        periods.period_start,
        snapshots.opportunity_id,
        snapshots.owner_org_key as org_key,
        snapshots.currency_code,
        snapshots.amount
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.eve_date
    where
        snapshots.close_date >= periods.period_start
        and snapshots.close_date <= periods.period_end
),

slipped as (
    select
        due.*,
        changes.opportunity_id is not null as is_slipped
    from due
    left join changes
        on
            due.opportunity_id = changes.opportunity_id
            and due.period_grain = changes.period_grain
            and due.period_start = changes.period_start
),

measures as (
    select
        'by_value' as measure_id,
        org_key,
        period_grain,
        period_start,
        currency_code,
        case when is_slipped then amount else 0 end as numerator,
        amount as denominator
    from slipped
    where amount is not null and currency_code is not null
    union all
    select
        'by_count' as measure_id,
        org_key,
        period_grain,
        period_start,
        'none' as currency_code,
        case when is_slipped then 1 else 0 end as numerator,
        1 as denominator
    from slipped
),

final as (
    select
        'PI-05' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        measures.currency_code,
        cast(sum(measures.numerator) as decimal(28, 6)) as numerator,
        cast(sum(measures.denominator) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
    group by
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        measures.currency_code
)

select * from final
