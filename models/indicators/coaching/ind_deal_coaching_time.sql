-- CO-13 earliness: how far through its life a deal was when it was first coached, for deals that
-- closed. How long an open deal will live nobody knows, so it has no such share.
with

deals as (
    select * from {{ ref('ind_deal_first_coached') }}
    where closed_date is not null
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

-- Rounded deal by deal: a sum of decimals is the same in every order.
shares as (
    select
        closed_org_key as org_key,
        closed_date,
        cast(
            cast({{ dbt.datediff('created_date', 'first_coached_date', 'day') }} as double)
            / cast({{ dbt.datediff('created_date', 'closed_date', 'day') }} as double)
            as decimal(28, 6)
        ) as life_share
    from deals
),

final as (
    select
        'CO-13' as indicator_id,
        'earliness' as measure_id,
        shares.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(shares.life_share) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from shares
    inner join date_periods on shares.closed_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'CO-13'
            and grains.measure_id = 'earliness'
            and grains.dimension = 'all'
    group by shares.org_key, date_periods.period_grain, date_periods.period_start
)

select * from final
