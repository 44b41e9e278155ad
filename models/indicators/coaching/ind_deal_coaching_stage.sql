-- CO-13 stage at first coaching: in which stage deals were when they were first coached, open ones
-- included. Counted per entity, so that stages in which nobody was coached need no rows.
with

deals as (
    select * from {{ ref('ind_deal_first_coached') }}
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

-- As the deal stood at the end of the day, of which there is one version. Of some deals only the
-- end is known. Grouped, because DuckDB would otherwise begin with all organisations of all days.
stood as (
    select
        deals.opportunity_id,
        deals.first_coached_date,
        versions.owner_id,
        case
            when versions.is_inferred or versions.stage_name is null then 'unknown'
            else versions.stage_name
        end as stage
    from deals
    inner join versions
        on
            deals.opportunity_id = versions.opportunity_id
            and deals.first_coached_date >= versions.valid_from_date
            and deals.first_coached_date < versions.valid_to_date
    group by
        deals.opportunity_id,
        deals.first_coached_date,
        versions.owner_id,
        versions.is_inferred,
        versions.stage_name
),

placed as (
    select
        stood.first_coached_date,
        stood.stage,
        org_versions.org_key
    from stood
    inner join org_versions
        on
            stood.owner_id = org_versions.person_id
            and stood.first_coached_date >= org_versions.valid_from
            and stood.first_coached_date < org_versions.valid_to
),

org_counts as (
    select
        placed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        placed.stage,
        count(*) as deal_count
    from placed
    inner join date_periods on placed.first_coached_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'CO-13'
            and grains.measure_id = 'stage'
            and grains.dimension = 'stage'
    group by
        placed.org_key, date_periods.period_grain, date_periods.period_start, placed.stage
),

counted as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        org_counts.period_grain,
        org_counts.period_start,
        org_counts.stage,
        sum(org_counts.deal_count) as deal_count
    from org_counts
    inner join org_entities on org_counts.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        org_counts.period_grain,
        org_counts.period_start,
        org_counts.stage
),

summed as (
    select
        *,
        sum(deal_count) over (
            partition by entity_type, entity_id, period_grain, period_start
        ) as all_deal_count
    from counted
),

final as (
    select
        'CO-13' as indicator_id,
        'stage' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'stage' as dimension,
        stage as member,
        'none' as currency_code,
        cast(deal_count as decimal(28, 6)) as numerator,
        cast(all_deal_count as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(all_deal_count as bigint) as observation_count
    from summed
)

select * from final
