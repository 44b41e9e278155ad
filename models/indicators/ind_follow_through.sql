-- AF-01 action on-time completion, for the organisation of the coachee on the first due date; where
-- a session had several, or none that is known, for that of whoever owes the action. Done on an
-- unknown day is neither on time nor late.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

actions as (
    select * from {{ ref('fct_coaching_action') }}
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

due_actions as (
    select
        coalesce(nullif(actions.coachee_id, '(unassigned)'), actions.owner_id, '(unassigned)')
            as person_id,
        actions.first_due_date as date_day,
        case when actions.is_on_time then 1 else 0 end as is_on_time
    from actions
    cross join clock
    where
        actions.first_due_date <= clock.as_of_date
        and actions.is_on_time is not null
        and not actions.is_deleted
        and (actions.status is null or actions.status <> 'dropped')
),

placed as (
    select
        org_versions.org_key,
        due_actions.date_day,
        due_actions.is_on_time
    from due_actions
    inner join org_versions
        on
            due_actions.person_id = org_versions.person_id
            and due_actions.date_day >= org_versions.valid_from
            and due_actions.date_day < org_versions.valid_to
),

final as (
    select
        'AF-01' as indicator_id,
        'on_time' as measure_id,
        placed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(placed.is_on_time) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from placed
    inner join date_periods on placed.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'AF-01'
            and grains.measure_id = 'on_time'
            and grains.dimension = 'all'
    group by placed.org_key, date_periods.period_grain, date_periods.period_start
)

select * from final
