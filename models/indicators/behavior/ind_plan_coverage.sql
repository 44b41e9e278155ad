-- BE-02 coverage by plans: meetings with customers on larger open deals before which somebody had
-- planned. A plan that was written on the day itself may have been written after it: only earlier
-- days count. A plan of the deal stays good, that of a call for two weeks.
with

activities as (
    select * from {{ ref('fct_activity') }}
    where
        activity_type = 'meeting'
        and is_completed
        and not is_deleted
        and opportunity_id is not null
),

versions as (
    select * from {{ ref('fct_opportunity_version') }}
    where
        stage_category = 'open'
        and valid_from_date < valid_to_date
        and constant_rate_amount >= {{ var('planned_deal_amount') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted
),

plans as (
    select * from {{ ref('fct_plan') }}
    where opportunity_id is not null
),

clock as (
    select * from {{ ref('dim_clock') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'BE-02'
),

first_plans as (
    select min(planned_date) as first_planned_date
    from plans
),

deal_plans as (
    select
        opportunity_id,
        min(planned_date) as first_planned_date
    from plans
    where plan_kind = 'deal'
    group by opportunity_id
),

meetings as (
    select
        activities.activity_id,
        activities.owner_id,
        activities.opportunity_id,
        activities.activity_date
    from activities
    cross join clock
    cross join first_plans
    inner join opportunities on activities.opportunity_id = opportunities.opportunity_id
    inner join versions
        on
            activities.opportunity_id = versions.opportunity_id
            and activities.activity_date >= versions.valid_from_date
            and activities.activity_date < versions.valid_to_date
    where
        activities.activity_date <= clock.as_of_date
        and activities.activity_date > first_plans.first_planned_date
),

call_planned as (
    select meetings.activity_id
    from meetings
    inner join plans
        on
            meetings.opportunity_id = plans.opportunity_id
            and plans.plan_kind = 'call'
            and meetings.activity_date > plans.planned_date
    where {{ dbt.datediff('plans.planned_date', 'meetings.activity_date', 'day') }} <= 14
    group by meetings.activity_id
),

counted as (
    select
        org_versions.org_key,
        meetings.activity_date as date_day,
        case
            when
                call_planned.activity_id is not null
                or deal_plans.first_planned_date < meetings.activity_date
                then 1
            else 0
        end as planned_count
    from meetings
    inner join org_versions
        on
            meetings.owner_id = org_versions.person_id
            and meetings.activity_date >= org_versions.valid_from
            and meetings.activity_date < org_versions.valid_to
    left join deal_plans on meetings.opportunity_id = deal_plans.opportunity_id
    left join call_planned on meetings.activity_id = call_planned.activity_id
),

final as (
    select
        'BE-02' as indicator_id,
        'planned' as measure_id,
        counted.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(counted.planned_count) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from counted
    inner join date_periods on counted.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.measure_id = 'planned'
            and grains.dimension = 'all'
    group by counted.org_key, date_periods.period_grain, date_periods.period_start
)

select * from final
