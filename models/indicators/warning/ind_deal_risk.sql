-- ST-04 close date pushes and ST-05 overdue close date: the stock of open deals on each period's
-- last day, as it looked on that day, for the owner of that day.
with

periods as (
    select * from {{ ref('ind_period_day') }}
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

stock_dates as (
    select stock_date
    from periods
    group by stock_date
),

cumulated as (
    select
        opportunity_id,
        version_number,
        owner_id,
        stage_category,
        close_date,
        valid_from_date,
        valid_to_date,
        sum(close_date_push_days) over (
            partition by opportunity_id order by version_number
            rows between unbounded preceding and current row
        ) as push_days,
        sum(case when is_close_date_push then 1 else 0 end) over (
            partition by opportunity_id order by version_number
            rows between unbounded preceding and current row
        ) as push_count
    from versions
),

open_versions as (
    select
        coalesce(cumulated.owner_id, '(unassigned)') as owner_id,
        opportunities.product_id,
        cumulated.close_date,
        cumulated.valid_from_date,
        cumulated.valid_to_date,
        cumulated.push_days,
        cumulated.push_count
    from cumulated
    inner join opportunities on cumulated.opportunity_id = opportunities.opportunity_id
    where
        cumulated.stage_category = 'open'
        and cumulated.valid_from_date < cumulated.valid_to_date
),

owner_stocks as (
    select
        open_versions.owner_id,
        open_versions.product_id,
        stock_dates.stock_date,
        count(*) as deal_count,
        sum(open_versions.push_count) as push_count,
        sum(open_versions.push_days) as push_days,
        sum(case when open_versions.push_count > 0 then 1 else 0 end) as pushed_deal_count,
        sum(case when open_versions.close_date is not null then 1 else 0 end) as dated_deal_count,
        sum(case when open_versions.close_date < stock_dates.stock_date then 1 else 0 end)
            as overdue_deal_count
    from open_versions
    inner join stock_dates
        on
            open_versions.valid_from_date <= stock_dates.stock_date
            and open_versions.valid_to_date > stock_dates.stock_date
    group by open_versions.owner_id, open_versions.product_id, stock_dates.stock_date
),

placed as (
    select
        org_versions.org_key,
        owner_stocks.*
    from owner_stocks
    inner join org_versions
        on
            owner_stocks.owner_id = org_versions.person_id
            and owner_stocks.stock_date >= org_versions.valid_from
            and owner_stocks.stock_date < org_versions.valid_to
),

members as (
    select
        org_key,
        stock_date,
        'all' as dimension,
        'all' as member,
        sum(deal_count) as deal_count,
        sum(push_count) as push_count,
        sum(push_days) as push_days,
        sum(pushed_deal_count) as pushed_deal_count,
        sum(dated_deal_count) as dated_deal_count,
        sum(overdue_deal_count) as overdue_deal_count
    from placed
    group by org_key, stock_date
    union all
    select
        org_key,
        stock_date,
        'product' as dimension,
        product_id as member,
        deal_count,
        push_count,
        push_days,
        pushed_deal_count,
        dated_deal_count,
        overdue_deal_count
    from placed
    where product_id is not null
),

measures as (
    select
        'ST-04' as indicator_id,
        'count' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        push_count as numerator,
        deal_count as denominator
    from members
    union all
    select
        'ST-04' as indicator_id,
        'days' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        push_days as numerator,
        deal_count as denominator
    from members
    union all
    select
        'ST-04' as indicator_id,
        'share' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        pushed_deal_count as numerator,
        deal_count as denominator
    from members
    union all
    select
        'ST-05' as indicator_id,
        'share' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        overdue_deal_count as numerator,
        dated_deal_count as denominator
    from members
    where dated_deal_count > 0
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        periods.period_grain,
        periods.period_start,
        measures.dimension,
        measures.member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.denominator as bigint) as observation_count
    from measures
    inner join periods on measures.stock_date = periods.stock_date
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and periods.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
