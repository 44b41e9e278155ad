-- PI-04 waterfall per entity: start, each class of change and end, in the reporting currency at the
-- rates of the day. What stays within an entity was not transferred for it, so the two halves of a
-- transfer meet here; single reps are left to the deals themselves (pipeline.fct_pipeline_change).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

balances as (
    select * from {{ ref('ind_pipeline_balance') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-04'
),

summed as (
    select
        balances.pipeline_view as measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        balances.period_grain,
        balances.period_start,
        balances.change_class as member,
        sum(balances.reporting_amount) as numerator,
        -- Of deals that came and went, those that are more or fewer.
        case
            when balances.change_class = 'transferred' then abs(sum(balances.deal_count))
            else sum(balances.move_count)
        end as observation_count
    from balances
    inner join org_entities on balances.org_key = org_entities.org_key
    group by
        balances.pipeline_view,
        org_entities.entity_type,
        org_entities.entity_id,
        balances.period_grain,
        balances.period_start,
        balances.change_class
),

members as (
    select
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'kind' as dimension,
        member,
        numerator,
        observation_count
    from summed
    union all
    -- Without a breakdown: what there is at the end, also if that is nothing.
    select
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        sum(case when member = 'end' then numerator else 0 end) as numerator,
        sum(case when member = 'end' then observation_count else 0 end) as observation_count
    from summed
    group by measure_id, entity_type, entity_id, period_grain, period_start
),

final as (
    select
        'PI-04' as indicator_id,
        members.measure_id,
        members.entity_type,
        members.entity_id,
        members.period_grain,
        members.period_start,
        members.dimension,
        members.member,
        clock.reporting_currency as currency_code,
        cast(members.numerator as decimal(28, 6)) as numerator,
        cast(1 as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(members.observation_count as bigint) as observation_count
    from members
    cross join clock
    inner join grains
        on
            members.measure_id = grains.measure_id
            and members.period_grain = grains.period_grain
            and members.dimension = grains.dimension
)

select * from final
