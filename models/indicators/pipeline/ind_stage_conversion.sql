-- PI-06 stage conversion: deals that entered a stage for the first time, and of them those that
-- entered any later one since, or were won. A skipped stage does not stand in the way of the one
-- before it, and was not entered itself. A cohort whose youngest deal is younger than a long won
-- cycle (the 95th percentile) has no value yet: what is still open would count as stuck.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

stages as (
    select * from {{ ref('fct_opportunity_stage') }}
),

versions as (
    select
        opportunity_id,
        valid_from,
        coalesce(owner_id, '(unassigned)') as owner_id
    from {{ ref('fct_opportunity_version') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'PI-06'
),

won_ranks as (
    select
        cycle_days,
        row_number() over (order by cycle_days asc nulls last) as cycle_rank,
        count(*) over () as cycle_count
    from opportunities
    where is_won and cycle_days is not null
),

maturity as (
    select coalesce(min(cycle_days), 0) as maturity_days
    from won_ranks
    where 20 * cycle_rank >= 19 * cycle_count
),

steps as (
    select
        stages.opportunity_id,
        stages.stay_number,
        stages.stage_category,
        stages.stage_order,
        stages.entered_at,
        stages.entered_date,
        max(case
            when stages.stage_category = 'won' then 1000
            when stages.stage_category = 'open' then stages.stage_order
        end) over (
            partition by stages.opportunity_id order by stages.stay_number asc
            rows between 1 following and unbounded following
        ) as furthest_order,
        row_number() over (
            partition by stages.opportunity_id, stages.stage_category, stages.stage_order
            order by stages.stay_number asc
        ) as entry_number
    from stages
    inner join opportunities on stages.opportunity_id = opportunities.opportunity_id
),

entries as (
    select
        org_versions.org_key,
        steps.entered_date,
        steps.stage_order,
        count(*) as deal_count,
        sum(case when steps.furthest_order > steps.stage_order then 1 else 0 end)
            as converted_count
    from steps
    cross join clock
    inner join versions
        on
            steps.opportunity_id = versions.opportunity_id
            and steps.entered_at = versions.valid_from
    inner join org_versions
        on
            versions.owner_id = org_versions.person_id
            and steps.entered_date >= org_versions.valid_from
            and steps.entered_date < org_versions.valid_to
    where
        steps.stage_category = 'open'
        and steps.stage_order is not null
        and steps.entry_number = 1
        and steps.entered_date <= clock.as_of_date
    group by org_versions.org_key, steps.entered_date, steps.stage_order
),

members as (
    select
        org_key,
        entered_date,
        'stage' as dimension,
        lpad(cast(stage_order as {{ dbt.type_string() }}), 2, '0') as member,
        deal_count,
        converted_count
    from entries
    union all
    select
        org_key,
        entered_date,
        'all' as dimension,
        'all' as member,
        deal_count,
        converted_count
    from entries
),

-- Added up by period before anybody stands above the organisations: eight times fewer rows.
org_sums as (
    select
        grains.measure_id,
        members.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        members.dimension,
        members.member,
        sum(members.deal_count) as deal_count,
        sum(members.converted_count) as converted_count
    from members
    inner join date_periods on members.entered_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and members.dimension = grains.dimension
    group by
        grains.measure_id,
        members.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        members.dimension,
        members.member
),

summed as (
    select
        org_sums.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        org_sums.period_grain,
        org_sums.period_start,
        org_sums.dimension,
        org_sums.member,
        sum(org_sums.deal_count) as deal_count,
        sum(org_sums.converted_count) as converted_count
    from org_sums
    inner join org_entities on org_sums.org_key = org_entities.org_key
    group by
        org_sums.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        org_sums.period_grain,
        org_sums.period_start,
        org_sums.dimension,
        org_sums.member
),

judged as (
    select
        summed.*,
        {{ dbt.datediff('periods.period_end', 'clock.as_of_date', 'day') }}
        >= maturity.maturity_days as is_mature
    from summed
    cross join clock
    cross join maturity
    inner join periods
        on
            summed.period_grain = periods.period_grain
            and summed.period_start = periods.period_start
),

final as (
    select
        'PI-06' as indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        'none' as currency_code,
        cast(converted_count as decimal(28, 6)) as numerator,
        cast(deal_count as decimal(28, 6)) as denominator,
        case
            when is_mature then cast(converted_count as double) / cast(deal_count as double)
        end as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        case when not is_mature then 'immature' end as direct_reason,
        cast(deal_count as bigint) as observation_count
    from judged
)

select * from final
