-- AF-01 action on-time completion, for the organisation of the coachee on the first due date; where
-- a session had several, or none that is known, for that of whoever owes the action. Done on an
-- unknown day, or told by a form or a log that cannot say, is neither on time nor late. Beside it,
-- what was agreed without any due date, for the organisation of the day on which it was agreed.
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

owed_actions as (
    select
        agreed_date,
        first_due_date,
        is_on_time,
        coalesce(nullif(coachee_id, '(unassigned)'), owner_id, '(unassigned)') as person_id
    from actions
    where
        not is_deleted
        and (status is null or status <> 'dropped')
),

counted as (
    select
        'on_time' as measure_id,
        owed_actions.person_id,
        owed_actions.first_due_date as date_day,
        case when owed_actions.is_on_time then 1 else 0 end as numerator
    from owed_actions
    cross join clock
    where
        owed_actions.first_due_date <= clock.as_of_date
        and owed_actions.is_on_time is not null
    union all
    select
        'no_due_date' as measure_id,
        owed_actions.person_id,
        owed_actions.agreed_date as date_day,
        case when owed_actions.first_due_date is null then 1 else 0 end as numerator
    from owed_actions
    cross join clock
    where owed_actions.agreed_date <= clock.as_of_date
),

placed as (
    select
        org_versions.org_key,
        counted.measure_id,
        counted.date_day,
        counted.numerator
    from counted
    inner join org_versions
        on
            counted.person_id = org_versions.person_id
            and counted.date_day >= org_versions.valid_from
            and counted.date_day < org_versions.valid_to
),

final as (
    select
        'AF-01' as indicator_id,
        placed.measure_id,
        placed.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(placed.numerator) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from placed
    inner join date_periods on placed.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'AF-01'
            and placed.measure_id = grains.measure_id
            and grains.dimension = 'all'
    group by
        placed.measure_id, placed.org_key, date_periods.period_grain, date_periods.period_start
)

select * from final
