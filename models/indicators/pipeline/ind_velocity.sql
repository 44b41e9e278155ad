-- PI-07 velocity per entity: open deals x win rate x mean won amount / mean won cycle. Its four
-- parts are sums of the entity; the velocity of a whole is not the sum of those of its parts.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-07' and dimension = 'all'
),

snapshots as (
    select
        snapshot_date,
        owner_org_key as org_key,
        count(*) as deal_count
    from {{ ref('fct_pipeline_snapshot') }}
    group by snapshot_date, owner_org_key
),

closed as (
    select
        owner_org_key as org_key,
        close_date,
        count(*) as closed_count,
        sum(case when is_won then 1 else 0 end) as won_count,
        sum(case when is_won and reporting_amount is not null then 1 else 0 end) as valued_count,
        sum(case when is_won then reporting_amount end) as won_amount,
        sum(case when is_won and cycle_days is not null then 1 else 0 end) as timed_count,
        sum(case when is_won then cycle_days end) as cycle_days
    from {{ ref('fct_opportunity') }}
    where is_closed and not is_deleted and outcome in ('won', 'lost')
    group by owner_org_key, close_date
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

parts as (
    select
        snapshots.org_key,
        periods.period_grain,
        periods.period_start,
        snapshots.deal_count as open_count,
        0 as closed_count,
        0 as won_count,
        0 as valued_count,
        0 as won_amount,
        0 as timed_count,
        0 as cycle_days
    from snapshots
    inner join periods on snapshots.snapshot_date = periods.stock_date
    inner join grains on periods.period_grain = grains.period_grain
    union all
    select
        closed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        0 as open_count,
        closed.closed_count,
        closed.won_count,
        closed.valued_count,
        coalesce(closed.won_amount, 0) as won_amount,
        closed.timed_count,
        coalesce(closed.cycle_days, 0) as cycle_days
    from closed
    cross join clock
    inner join date_periods on closed.close_date = date_periods.date_day
    inner join grains on date_periods.period_grain = grains.period_grain
    where closed.close_date <= clock.as_of_date
),

summed as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        parts.period_grain,
        parts.period_start,
        sum(parts.open_count) as open_count,
        sum(parts.closed_count) as closed_count,
        sum(parts.won_count) as won_count,
        sum(parts.valued_count) as valued_count,
        sum(parts.won_amount) as won_amount,
        sum(parts.timed_count) as timed_count,
        sum(parts.cycle_days) as cycle_days
    from parts
    inner join org_entities on parts.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        parts.period_grain,
        parts.period_start
),

composed as (
    select
        *,
        case
            when closed_count > 0 and valued_count > 0
                then
                    cast(open_count as double)
                    * (cast(won_count as double) / cast(closed_count as double))
                    * (cast(won_amount as double) / cast(valued_count as double))
        end as expected_amount,
        case
            when timed_count > 0
                then cast(cycle_days as double) / cast(timed_count as double)
        end as mean_cycle_days
    from summed
),

final as (
    select
        'PI-07' as indicator_id,
        grains.measure_id,
        composed.entity_type,
        composed.entity_id,
        composed.period_grain,
        composed.period_start,
        'all' as dimension,
        'all' as member,
        clock.reporting_currency as currency_code,
        cast(coalesce(composed.expected_amount, 0) as decimal(28, 6)) as numerator,
        cast(coalesce(composed.mean_cycle_days, 0) as decimal(28, 6)) as denominator,
        case
            when composed.mean_cycle_days > 0
                then
                    cast(composed.expected_amount as double)
                    / cast(composed.mean_cycle_days as double)
        end as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(composed.won_count as bigint) as observation_count
    from composed
    cross join clock
    inner join grains on composed.period_grain = grains.period_grain
)

select * from final
