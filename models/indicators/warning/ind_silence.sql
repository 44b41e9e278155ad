-- ST-03 days since two-way activity: the median of the deals open on each period's last day. A
-- stock is of that day alone, so it cannot go the way of medians of what happened in a period.
with

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

deal_days as (
    select * from {{ ref('ind_deal_day') }}
    where silent_days is not null
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_id = 'ST-03' and measure_id = 'median'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'ST-03' and measure_id = 'median' and dimension = 'all'
),

wanted_periods as (
    select
        periods.period_grain,
        periods.period_start,
        periods.stock_date
    from periods
    inner join grains on periods.period_grain = grains.period_grain
),

wanted_days as (
    select stock_date
    from wanted_periods
    group by stock_date
),

published_entities as (
    select
        org_entities.org_key,
        org_entities.entity_type,
        org_entities.entity_id
    from org_entities
    cross join indicators
    where
        concat(',', indicators.entity_types, ',')
        like concat('%,', org_entities.entity_type, ',%')
),

-- Many deals were silent for equally long: they are counted before they are spread over entities.
counted as (
    select
        deal_days.owner_org_key,
        deal_days.snapshot_date,
        deal_days.silent_days,
        count(*) as deal_count
    from deal_days
    inner join wanted_days on deal_days.snapshot_date = wanted_days.stock_date
    group by deal_days.owner_org_key, deal_days.snapshot_date, deal_days.silent_days
),

spread as (
    select
        published_entities.entity_type,
        published_entities.entity_id,
        counted.snapshot_date,
        counted.silent_days,
        sum(counted.deal_count) as deal_count
    from counted
    inner join published_entities on counted.owner_org_key = published_entities.org_key
    group by
        published_entities.entity_type,
        published_entities.entity_id,
        counted.snapshot_date,
        counted.silent_days
),

ranked as (
    select
        *,
        sum(deal_count) over (
            partition by entity_type, entity_id, snapshot_date
            order by silent_days asc nulls last
            rows between unbounded preceding and current row
        ) as last_rank,
        sum(deal_count) over (partition by entity_type, entity_id, snapshot_date) as total_count
    from spread
),

-- Ranks r and n + 1 - r with r = floor(n / 2 - 0.98 x sqrt(n)), by the normal approximation.
bounded as (
    select
        *,
        last_rank - deal_count as previous_rank,
        cast(floor(
            cast(total_count as double) / 2
            - 0.979981992270027e0 * sqrt(cast(total_count as double))
        ) as bigint) as low_rank
    from ranked
),

medians as (
    select
        entity_type,
        entity_id,
        snapshot_date,
        max(total_count) as total_count,
        -- The middle deal, or half way between the two in the middle.
        cast(
            min(case when 2 * last_rank >= total_count then silent_days end)
            + min(case when 2 * last_rank >= total_count + 1 then silent_days end) as double
        ) / cast(2 as double) as direct_value,
        cast(max(case
            when low_rank >= 1 and previous_rank < low_rank and last_rank >= low_rank
                then silent_days
        end) as double) as direct_low,
        cast(max(case
            when
                low_rank >= 1
                and previous_rank < total_count + 1 - low_rank
                and last_rank >= total_count + 1 - low_rank
                then silent_days
        end) as double) as direct_high
    from bounded
    group by entity_type, entity_id, snapshot_date
),

final as (
    select
        'ST-03' as indicator_id,
        'median' as measure_id,
        medians.entity_type,
        medians.entity_id,
        wanted_periods.period_grain,
        wanted_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(null as decimal(28, 6)) as numerator,
        cast(medians.total_count as decimal(28, 6)) as denominator,
        medians.direct_value,
        medians.direct_low,
        medians.direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(medians.total_count as bigint) as observation_count
    from medians
    inner join wanted_periods on medians.snapshot_date = wanted_periods.stock_date
)

select * from final
