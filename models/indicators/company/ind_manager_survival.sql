-- TA-02 promoted managers: how long they manage, from the promotion until they manage no more or
-- leave; who still does is censored at the as-of date. What is published is the share that is gone.
with

promotions as (
    select * from {{ ref('ind_promotion') }}
),

measures as (
    select 'gone_12_months' as measure_id
    union all
    select 'gone_24_months' as measure_id
),

final as (
    select
        'TA-02' as indicator_id,
        measures.measure_id,
        promotions.org_key,
        promotions.promotion_date as date_day,
        'all' as dimension,
        'all' as member,
        promotions.managed_days as duration,
        promotions.is_ended as is_event
    from promotions
    cross join measures
)

select * from final
