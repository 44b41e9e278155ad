-- PI-12 cycle time without the bias of what has already closed: every deal from its creation to its
-- close, however it ended; deals still open are censored at the as-of date (rule R5).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted and created_date is not null
),

lives as (
    select
        opportunities.owner_org_key as org_key,
        opportunities.created_date as date_day,
        opportunities.product_id,
        opportunities.is_closed as is_event,
        {{ dbt.datediff(
            'opportunities.created_date',
            'case when opportunities.is_closed then opportunities.close_date '
            ~ 'else clock.as_of_date end',
            'day'
        ) }} as duration
    from opportunities
    cross join clock
    where
        opportunities.created_date <= clock.as_of_date
        and (not opportunities.is_closed or opportunities.close_date is not null)
),

members as (
    select
        org_key,
        date_day,
        is_event,
        duration,
        'all' as dimension,
        'all' as member
    from lives
    union all
    select
        org_key,
        date_day,
        is_event,
        duration,
        'product' as dimension,
        product_id as member
    from lives
    where product_id is not null
),

final as (
    select
        'PI-12' as indicator_id,
        'median_survival' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        cast(duration as integer) as duration,
        is_event
    from members
    -- A deal that closed before it was created has no length.
    where duration >= 0
)

select * from final
