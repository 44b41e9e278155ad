-- CO-05 coaching share of manager time: minutes that first-line managers spent in sessions they
-- held, over eight hours for each of their working days. No calendar is read: what stands in one
-- was planned and not worked, and nobody's calendar is complete.
with

manager_days as (
    select * from {{ ref('ind_manager_day') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

session_days as (
    select
        coach_id,
        session_date,
        sum(case when is_strict then duration_minutes else 0 end) as strict_minutes,
        sum(duration_minutes) as broad_minutes
    from sessions
    where duration_minutes is not null
    group by coach_id, session_date
),

counted as (
    select
        manager_days.rep_org_key as org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(coalesce(session_days.strict_minutes, 0)) as strict_minutes,
        sum(coalesce(session_days.broad_minutes, 0)) as broad_minutes,
        sum(case when manager_days.is_working_day then 1 else 0 end) as working_day_count
    from manager_days
    inner join date_periods on manager_days.date_day = date_periods.date_day
    left join session_days
        on
            manager_days.manager_id = session_days.coach_id
            and manager_days.date_day = session_days.session_date
    group by
        manager_days.rep_org_key, date_periods.period_grain, date_periods.period_start
),

measures as (
    select
        'strict' as measure_id,
        org_key,
        period_grain,
        period_start,
        strict_minutes as numerator,
        working_day_count
    from counted
    union all
    select
        'broad' as measure_id,
        org_key,
        period_grain,
        period_start,
        broad_minutes as numerator,
        working_day_count
    from counted
),

final as (
    select
        'CO-05' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.working_day_count * 480 as decimal(28, 6)) as denominator,
        cast(measures.working_day_count as bigint) as observation_count
    from measures
    inner join grains
        on
            grains.indicator_id = 'CO-05'
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
