-- BE-01 completeness of deal qualification and BE-03 multi-threading: the stock of open deals on
-- the last day of each period, for the owner of that day. Both look back 30 days, so that an old
-- deal does not look better for having had more time; BE-03 leaves out deals that are younger
-- than that. What a CRM does not record is not held against its deals.
with

stocks as (
    select * from {{ ref('fct_pipeline_snapshot') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

qualification as (
    select * from {{ ref('fct_opportunity_qualification') }}
),

elements as (
    select
        element,
        min(required_from) as required_from
    from {{ ref('qualification_elements') }}
    group by element
),

activities as (
    select * from {{ ref('fct_activity') }}
    where
        is_completed
        and not is_deleted
        and opportunity_id is not null
        and contact_id is not null
),

days as (
    select * from {{ ref('dim_date') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

stock_dates as (
    select
        periods.stock_date,
        cast({{ dbt.dateadd('day', -30, 'periods.stock_date') }} as date) as before_date
    from periods
    inner join grains
        on
            periods.period_grain = grains.period_grain
            and grains.indicator_id in ('BE-01', 'BE-03')
    group by periods.stock_date
),

open_deals as (
    select
        stocks.opportunity_id,
        stocks.source_system,
        stocks.owner_org_key as org_key,
        stocks.snapshot_date as stock_date,
        stock_dates.before_date,
        stocks.is_qualified,
        opportunities.created_date
    from stocks
    inner join stock_dates on stocks.snapshot_date = stock_dates.stock_date
    inner join opportunities on stocks.opportunity_id = opportunities.opportunity_id
),

-- A system keeps an element from the first day on which anybody wrote it there.
kept_elements as (
    select
        qualification.source_system,
        elements.element,
        elements.required_from,
        min(qualification.valid_from_date) as first_date
    from qualification
    inner join elements on qualification.element = elements.element
    group by qualification.source_system, elements.element, elements.required_from
),

required as (
    select
        kept_elements.source_system,
        stock_dates.stock_date,
        sum(case when kept_elements.required_from = 'open' then 1 else 0 end) as early_count,
        count(*) as all_count
    from kept_elements
    inner join stock_dates on kept_elements.first_date <= stock_dates.before_date
    group by kept_elements.source_system, stock_dates.stock_date
),

filled as (
    select
        open_deals.opportunity_id,
        open_deals.stock_date,
        count(*) as filled_count
    from open_deals
    inner join qualification
        on
            open_deals.opportunity_id = qualification.opportunity_id
            and open_deals.stock_date >= qualification.valid_from_date
            and open_deals.stock_date < qualification.valid_to_date
            and open_deals.before_date < qualification.valid_from_date
    inner join kept_elements
        on
            qualification.element = kept_elements.element
            and open_deals.source_system = kept_elements.source_system
    where
        qualification.is_filled
        and kept_elements.first_date <= open_deals.before_date
        and (open_deals.is_qualified or kept_elements.required_from = 'open')
    group by open_deals.opportunity_id, open_deals.stock_date
),

qualified as (
    select
        open_deals.org_key,
        open_deals.stock_date,
        sum(coalesce(filled.filled_count, 0)) as filled_count,
        sum(
            case
                when open_deals.is_qualified then required.all_count else required.early_count
            end
        ) as required_count,
        count(*) as deal_count
    from open_deals
    inner join required
        on
            open_deals.source_system = required.source_system
            and open_deals.stock_date = required.stock_date
    left join filled
        on
            open_deals.opportunity_id = filled.opportunity_id
            and open_deals.stock_date = filled.stock_date
    where
        case
            when open_deals.is_qualified then required.all_count else required.early_count
        end > 0
    group by open_deals.org_key, open_deals.stock_date
),

naming_systems as (
    select
        source_system,
        min(activity_date) as first_date
    from activities
    group by source_system
),

stock_days as (
    select
        days.date_day,
        stock_dates.stock_date
    from stock_dates
    inner join days
        on stock_dates.before_date < days.date_day and stock_dates.stock_date >= days.date_day
),

met as (
    select
        activities.opportunity_id,
        stock_days.stock_date,
        activities.contact_id
    from activities
    inner join stock_days on activities.activity_date = stock_days.date_day
    group by activities.opportunity_id, stock_days.stock_date, activities.contact_id
),

threads as (
    select
        opportunity_id,
        stock_date,
        count(*) as contact_count
    from met
    group by opportunity_id, stock_date
),

threaded as (
    select
        open_deals.org_key,
        open_deals.stock_date,
        sum(coalesce(threads.contact_count, 0)) as contact_count,
        sum(case when coalesce(threads.contact_count, 0) < 2 then 1 else 0 end) as single_count,
        count(*) as deal_count
    from open_deals
    inner join naming_systems
        on
            open_deals.source_system = naming_systems.source_system
            and open_deals.before_date >= naming_systems.first_date
    left join threads
        on
            open_deals.opportunity_id = threads.opportunity_id
            and open_deals.stock_date = threads.stock_date
    where open_deals.created_date <= open_deals.before_date
    group by open_deals.org_key, open_deals.stock_date
),

measures as (
    select
        'BE-01' as indicator_id,
        'complete' as measure_id,
        org_key,
        stock_date,
        filled_count as numerator,
        required_count as denominator,
        deal_count as observation_count
    from qualified
    union all
    select
        'BE-03' as indicator_id,
        'contacts' as measure_id,
        org_key,
        stock_date,
        contact_count as numerator,
        deal_count as denominator,
        deal_count as observation_count
    from threaded
    union all
    select
        'BE-03' as indicator_id,
        'single_threaded' as measure_id,
        org_key,
        stock_date,
        single_count as numerator,
        deal_count as denominator,
        deal_count as observation_count
    from threaded
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        periods.period_grain,
        periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join periods on measures.stock_date = periods.stock_date
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and periods.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
