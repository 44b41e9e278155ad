-- PI-11 win rate: deals by the day of closing, for that day's owner. No decision and disqualified
-- are outcomes of their own (rule R15); open deals are not yet anything (rule R5).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where is_closed and not is_deleted and outcome in ('won', 'lost')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

owner_days as (
    select
        opportunities.owner_org_key as org_key,
        opportunities.product_id,
        opportunities.close_date as date_day,
        opportunities.currency_code,
        sum(case when opportunities.is_won then 1 else 0 end) as won_count,
        count(*) as closed_count,
        sum(case when opportunities.is_won then coalesce(opportunities.amount, 0) else 0 end)
            as won_amount,
        sum(opportunities.amount) as closed_amount,
        sum(case when opportunities.amount is not null then 1 else 0 end) as valued_count
    from opportunities
    cross join clock
    where opportunities.close_date <= clock.as_of_date
    group by
        opportunities.owner_org_key,
        opportunities.product_id,
        opportunities.close_date,
        opportunities.currency_code
),

members as (
    select
        org_key,
        date_day,
        currency_code,
        'all' as dimension,
        'all' as member,
        won_count,
        closed_count,
        won_amount,
        closed_amount,
        valued_count
    from owner_days
    union all
    select
        org_key,
        date_day,
        currency_code,
        'product' as dimension,
        product_id as member,
        won_count,
        closed_count,
        won_amount,
        closed_amount,
        valued_count
    from owner_days
    where product_id is not null
),

measures as (
    select
        'by_count' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        'none' as currency_code,
        cast(won_count as decimal(28, 6)) as numerator,
        cast(closed_count as decimal(28, 6)) as denominator,
        closed_count as observation_count
    from members
    union all
    select
        'by_value' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        currency_code,
        cast(won_amount as decimal(28, 6)) as numerator,
        cast(closed_amount as decimal(28, 6)) as denominator,
        valued_count as observation_count
    from members
    where valued_count > 0 and currency_code is not null
),

final as (
    select
        'PI-11' as indicator_id,
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        measures.dimension,
        measures.member,
        measures.currency_code,
        cast(sum(measures.numerator) as decimal(28, 6)) as numerator,
        cast(sum(measures.denominator) as decimal(28, 6)) as denominator,
        cast(sum(measures.observation_count) as bigint) as observation_count
    from measures
    inner join date_periods on measures.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'PI-11'
            and measures.measure_id = grains.measure_id
            and measures.dimension = grains.dimension
    group by
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        measures.dimension,
        measures.member,
        measures.currency_code
)

select * from final
