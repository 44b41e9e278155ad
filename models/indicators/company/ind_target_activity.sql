-- AC-03 activity on accounts that fit the ideal customer profile: those that a list of territories
-- marks as targets on the day. Only the CRM whose accounts such a list speaks of is counted, and
-- only from its first day on: elsewhere nobody said which accounts fit, and 0 % would be untrue.
with

activities as (
    select * from {{ ref('fct_activity') }}
    where is_completed and not is_deleted and account_id is not null
),

accounts as (
    select
        account_id,
        source_system
    from {{ ref('dim_account') }}
),

targets as (
    select * from {{ ref('bridge_territory') }}
    where member_kind = 'account' and is_target
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

list_starts as (
    select
        accounts.source_system,
        min(targets.valid_from) as first_date
    from targets
    inner join accounts on targets.member_id = accounts.account_id
    group by accounts.source_system
),

worked as (
    select
        activities.owner_id,
        activities.account_id,
        activities.activity_date,
        sum(coalesce(activities.duration_minutes, 0)) as minutes,
        sum(case when activities.duration_minutes is not null then 1 else 0 end) as timed_count,
        count(*) as activity_count
    from activities
    inner join accounts on activities.account_id = accounts.account_id
    inner join list_starts
        on
            accounts.source_system = list_starts.source_system
            and activities.activity_date >= list_starts.first_date
    group by activities.owner_id, activities.account_id, activities.activity_date
),

-- An account in several territories is a target once.
judged as (
    select
        worked.owner_id,
        worked.account_id,
        worked.activity_date,
        worked.minutes,
        worked.timed_count,
        worked.activity_count,
        max(case when targets.member_id is not null then 1 else 0 end) as is_target
    from worked
    left join targets
        on
            worked.account_id = targets.member_id
            and worked.activity_date >= targets.valid_from
            and worked.activity_date < targets.valid_to
    group by
        worked.owner_id,
        worked.account_id,
        worked.activity_date,
        worked.minutes,
        worked.timed_count,
        worked.activity_count
),

days as (
    select
        owner_id,
        activity_date,
        sum(minutes) as minutes,
        sum(minutes * is_target) as target_minutes,
        sum(timed_count) as timed_count,
        sum(activity_count) as activity_count,
        sum(activity_count * is_target) as target_count
    from judged
    group by owner_id, activity_date
),

placed as (
    select
        org_versions.org_key,
        days.activity_date,
        days.minutes,
        days.target_minutes,
        days.timed_count,
        days.activity_count,
        days.target_count
    from days
    inner join org_versions
        on
            days.owner_id = org_versions.person_id
            and days.activity_date >= org_versions.valid_from
            and days.activity_date < org_versions.valid_to
),

measures as (
    select
        'minutes' as measure_id,
        org_key,
        activity_date,
        target_minutes as numerator,
        minutes as denominator,
        timed_count as observation_count
    from placed
    where timed_count > 0
    union all
    select
        'activities' as measure_id,
        org_key,
        activity_date,
        target_count as numerator,
        activity_count as denominator,
        activity_count as observation_count
    from placed
),

final as (
    select
        'AC-03' as indicator_id,
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(measures.numerator) as decimal(28, 6)) as numerator,
        cast(sum(measures.denominator) as decimal(28, 6)) as denominator,
        cast(sum(measures.observation_count) as bigint) as observation_count
    from measures
    inner join date_periods on measures.activity_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'AC-03'
            and measures.measure_id = grains.measure_id
            and grains.dimension = 'all'
    group by
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start
)

select * from final
