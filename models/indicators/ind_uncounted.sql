-- Entities that had a rep in a period get a row with a reason where nothing was counted. Weeks are
-- left out below the company, so that the table stays small.
with

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

measures as (
    select * from {{ ref('ind_measure') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

published_periods as (
    select * from {{ ref('ind_published_period') }}
),

counted as (
    select * from {{ ref('ind_counted') }}
),

members as (
    select * from {{ ref('ind_member') }}
    where dimension <> 'product'
),

-- A figure of one product does not stand for the whole.
counted_periods as (
    select
        counted.measure_number,
        counted.entity_number,
        counted.period_number
    from counted
    inner join members on counted.member_number = members.member_number
),

org_periods as (
    select
        rep_days.org_key,
        periods.period_grain,
        periods.period_number,
        max(case when rep_days.is_coaching_logged then 1 else 0 end) as coaching_logged
    from rep_days
    inner join date_periods on rep_days.date_day = date_periods.date_day
    inner join periods
        on
            date_periods.period_grain = periods.period_grain
            and date_periods.period_start = periods.period_start
    group by rep_days.org_key, periods.period_grain, periods.period_number
),

roster as (
    select
        org_entities.entity_type,
        org_entities.entity_number,
        org_periods.period_grain,
        org_periods.period_number,
        max(org_periods.coaching_logged) = 1 as is_coaching_logged
    from org_periods
    inner join org_entities on org_periods.org_key = org_entities.org_key
    where org_periods.period_grain <> 'week' or org_entities.entity_type = 'company'
    group by
        org_entities.entity_type,
        org_entities.entity_number,
        org_periods.period_grain,
        org_periods.period_number
),

completed_measures as (
    select
        measures.measure_number,
        grains.period_grain
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
    where
        (grains.dimension = 'all' or measures.dimensions = grains.dimension)
        and concat(',', measures.completed_grains, ',')
        like concat('%,', grains.period_grain, ',%')
),

expected as (
    select
        completed_measures.measure_number,
        roster.entity_number,
        roster.period_number,
        roster.is_coaching_logged
    from roster
    inner join completed_measures on roster.period_grain = completed_measures.period_grain
    inner join published_periods
        on
            completed_measures.measure_number = published_periods.measure_number
            and roster.period_number = published_periods.period_number
            and roster.entity_type = published_periods.entity_type
),

final as (
    select
        expected.measure_number,
        expected.entity_number,
        expected.period_number,
        expected.is_coaching_logged
    from expected
    left join counted_periods
        on
            expected.measure_number = counted_periods.measure_number
            and expected.entity_number = counted_periods.entity_number
            and expected.period_number = counted_periods.period_number
    where counted_periods.measure_number is null
)

select * from final
