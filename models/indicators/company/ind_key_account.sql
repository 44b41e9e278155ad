-- AC-01 key accounts that were coached on, for the organisation of the account's owner on the last
-- day of the period. Accounts have no history in the CRM, so key account and owner are those that
-- are known at the as-of date; an account counts from the day on which it was created.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

accounts as (
    select * from {{ ref('dim_account') }}
    where is_key_account and not is_deleted
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'AC-01'
),

published_grains as (
    select period_grain
    from grains
    group by period_grain
),

-- Before the first session nobody logged coaching, of whatever.
coaching_start as (
    select
        case
            when max(clock.coaching_began_date) < min(sessions.session_date)
                then max(clock.coaching_began_date)
            else min(sessions.session_date)
        end as coaching_start_date
    from sessions
    cross join clock
),

periods as (
    select
        p.period_grain,
        p.period_start,
        p.stock_date
    from {{ ref('ind_period_day') }} as p
    cross join coaching_start
    inner join published_grains as g on p.period_grain = g.period_grain
    where p.stock_date >= coaching_start.coaching_start_date
),

coached as (
    select
        sessions.account_id,
        date_periods.period_grain,
        date_periods.period_start,
        max(case when sessions.area = 'account' then 1 else 0 end) as is_account_coached
    from sessions
    inner join date_periods on sessions.session_date = date_periods.date_day
    inner join published_grains on date_periods.period_grain = published_grains.period_grain
    where sessions.account_id is not null
    group by sessions.account_id, date_periods.period_grain, date_periods.period_start
),

account_periods as (
    select
        org_versions.org_key,
        periods.period_grain,
        periods.period_start,
        coalesce(coached.is_account_coached, 0) as is_account_coached,
        case when coached.account_id is not null then 1 else 0 end as is_touched
    from accounts
    inner join periods on coalesce(accounts.created_date <= periods.stock_date, true)
    inner join org_versions
        on
            accounts.owner_id = org_versions.person_id
            and periods.stock_date >= org_versions.valid_from
            and periods.stock_date < org_versions.valid_to
    left join coached
        on
            accounts.account_id = coached.account_id
            and periods.period_grain = coached.period_grain
            and periods.period_start = coached.period_start
),

measures as (
    select
        'account_coaching' as measure_id,
        org_key,
        period_grain,
        period_start,
        is_account_coached as is_counted
    from account_periods
    union all
    select
        'any_coaching' as measure_id,
        org_key,
        period_grain,
        period_start,
        is_touched as is_counted
    from account_periods
),

final as (
    select
        'AC-01' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(measures.is_counted) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
    group by
        measures.measure_id, measures.org_key, measures.period_grain, measures.period_start
)

select * from final
