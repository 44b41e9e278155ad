-- RE-01 awards that cite coaching and RE-03 awards for attempts: what a company celebrates. For the
-- organisation of whoever received the award, on its day; counted per entity, because the awards of
-- one rep are no figure. A deal counts as lost only if it was lost by the day of the award.
with

awards as (
    select * from {{ ref('fct_recognition') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where is_closed and not is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type in ('manager', 'region', 'company')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

judged as (
    select
        awards.award_date,
        awards.cites_coaching,
        awards.is_attempt,
        coalesce(
            opportunities.outcome = 'lost'
            and opportunities.close_date <= awards.award_date,
            false
        ) as is_deal_lost,
        org_versions.org_key
    from awards
    left join opportunities on awards.opportunity_id = opportunities.opportunity_id
    inner join org_versions
        on
            awards.recipient_id = org_versions.person_id
            and awards.award_date >= org_versions.valid_from
            and awards.award_date < org_versions.valid_to
),

-- A list that does not say whether coaching was a reason is no list without coaching.
measures as (
    select
        'RE-01' as indicator_id,
        'share' as measure_id,
        org_key,
        award_date,
        case when cites_coaching then 1 else 0 end as is_counted
    from judged
    where cites_coaching is not null
    union all
    select
        'RE-03' as indicator_id,
        'lost_deals' as measure_id,
        org_key,
        award_date,
        case when is_attempt and is_deal_lost then 1 else 0 end as is_counted
    from judged
    union all
    select
        'RE-03' as indicator_id,
        'attempts' as measure_id,
        org_key,
        award_date,
        case when is_attempt then 1 else 0 end as is_counted
    from judged
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(measures.is_counted) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(count(*) as bigint) as observation_count
    from measures
    inner join org_entities on measures.org_key = org_entities.org_key
    inner join date_periods on measures.award_date = date_periods.date_day
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and date_periods.period_grain = grains.period_grain
            and grains.dimension = 'all'
    group by
        measures.indicator_id,
        measures.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start
)

select * from final
