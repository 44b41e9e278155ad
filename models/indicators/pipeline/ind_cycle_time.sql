-- PI-12 cycle time: one observation per closed deal and measure. A median cannot be added up, so
-- the observations themselves are kept and rolled up per entity.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where
        is_closed
        and not is_deleted
        and outcome in ('won', 'lost')
        and cycle_days is not null
),

closed as (
    select
        opportunities.owner_org_key as org_key,
        opportunities.close_date as date_day,
        opportunities.product_id,
        opportunities.is_won,
        opportunities.cycle_days
    from opportunities
    cross join clock
    where opportunities.close_date <= clock.as_of_date
),

members as (
    select
        org_key,
        date_day,
        is_won,
        cycle_days,
        'all' as dimension,
        'all' as member
    from closed
    union all
    select
        org_key,
        date_day,
        is_won,
        cycle_days,
        'product' as dimension,
        product_id as member
    from closed
    where product_id is not null
),

measures as (
    select
        'median' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        cycle_days
    from members
    where is_won
    union all
    select
        'mean' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        cycle_days
    from members
    where is_won
    union all
    select
        'median_closed' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        cycle_days
    from members
),

final as (
    select
        'PI-12' as indicator_id,
        measure_id,
        org_key,
        date_day,
        dimension,
        member,
        'none' as currency_code,
        cast(cycle_days as integer) as observed_value
    from measures
)

select * from final
