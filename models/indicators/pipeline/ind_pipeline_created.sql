-- PI-03 created pipeline: the amount on the day a deal first became qualified, for that day's
-- owner.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted and first_qualified_date is not null
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

owners as (
    select
        opportunities.opportunity_id,
        versions.owner_id,
        row_number() over (
            partition by opportunities.opportunity_id order by versions.version_number desc
        ) as version_rank
    from opportunities
    inner join versions
        on
            opportunities.opportunity_id = versions.opportunity_id
            and opportunities.first_qualified_date >= versions.valid_from_date
            and opportunities.first_qualified_date <= versions.valid_to_date
            and (
                opportunities.first_qualified_date < versions.valid_to_date
                or versions.valid_from_date = versions.valid_to_date
            )
),

qualified as (
    select
        opportunities.opportunity_id,
        opportunities.product_id,
        opportunities.first_qualified_date as date_day,
        opportunities.first_qualified_amount as amount,
        opportunities.currency_code,
        coalesce(owners.owner_id, opportunities.owner_id, '(unassigned)') as owner_id
    from opportunities
    cross join clock
    left join owners
        on
            opportunities.opportunity_id = owners.opportunity_id
            and owners.version_rank = 1
    where opportunities.first_qualified_date <= clock.as_of_date
),

placed as (
    select
        org_versions.org_key,
        qualified.product_id,
        qualified.date_day,
        qualified.currency_code,
        sum(qualified.amount) as amount,
        sum(case when qualified.amount is not null then 1 else 0 end) as valued_deal_count,
        count(*) as deal_count
    from qualified
    inner join org_versions
        on
            qualified.owner_id = org_versions.person_id
            and qualified.date_day >= org_versions.valid_from
            and qualified.date_day < org_versions.valid_to
    group by
        org_versions.org_key, qualified.product_id, qualified.date_day, qualified.currency_code
),

members as (
    select
        org_key,
        date_day,
        currency_code,
        'all' as dimension,
        'all' as member,
        amount,
        valued_deal_count,
        deal_count
    from placed
    union all
    select
        org_key,
        date_day,
        currency_code,
        'product' as dimension,
        product_id as member,
        amount,
        valued_deal_count,
        deal_count
    from placed
    where product_id is not null
),

measures as (
    select
        'amount' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        currency_code,
        amount as numerator,
        valued_deal_count as observation_count
    from members
    where valued_deal_count > 0 and currency_code is not null
    union all
    select
        'count' as measure_id,
        org_key,
        date_day,
        dimension,
        member,
        'none' as currency_code,
        deal_count as numerator,
        deal_count as observation_count
    from members
),

final as (
    select
        'PI-03' as indicator_id,
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        measures.dimension,
        measures.member,
        measures.currency_code,
        cast(sum(measures.numerator) as decimal(28, 6)) as numerator,
        cast(0 as decimal(28, 6)) as denominator,
        cast(sum(measures.observation_count) as bigint) as observation_count
    from measures
    inner join date_periods on measures.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'PI-03'
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
