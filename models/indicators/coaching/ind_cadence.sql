-- CO-01 cadence adherence and CO-02 gap since the last session.
with

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

-- A window is as long as the policy interval, in days the rep was employed; only full windows
-- count. One in which the session was excused (leave, illness) and none was held was not due.
windows as (
    select
        person_id,
        every_n_days,
        cast(floor(
            cast(policy_day_number - 1 as double) / cast(every_n_days as double)
        ) as integer)
            as window_number,
        max(date_day) as last_day,
        max(timely_strict_count) as timely_strict_count,
        max(timely_broad_count) as timely_broad_count
    from rep_days
    where every_n_days is not null
    group by
        person_id,
        every_n_days,
        cast(floor(
            cast(policy_day_number - 1 as double) / cast(every_n_days as double)
        ) as integer)
    having
        count(*) = every_n_days
        and (max(timely_broad_count) > 0 or max(coalesce(excused_count, 0)) = 0)
),

window_ends as (
    select
        rep_days.org_key,
        windows.last_day as date_day,
        case when windows.timely_strict_count > 0 then 1 else 0 end as is_strict_held,
        case when windows.timely_broad_count > 0 then 1 else 0 end as is_broad_held
    from windows
    inner join rep_days
        on
            windows.person_id = rep_days.person_id
            and windows.last_day = rep_days.date_day
),

adherence as (
    select
        window_ends.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(window_ends.is_strict_held) as strict_count,
        sum(window_ends.is_broad_held) as broad_count,
        count(*) as window_count
    from window_ends
    inner join date_periods on window_ends.date_day = date_periods.date_day
    group by window_ends.org_key, date_periods.period_grain, date_periods.period_start
),

overdue as (
    select
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(case when rep_days.days_since_strict > rep_days.every_n_days then 1 else 0 end)
            as strict_count,
        sum(case when rep_days.days_since_broad > rep_days.every_n_days then 1 else 0 end)
            as broad_count,
        count(*) as day_count
    from rep_days
    inner join date_periods on rep_days.date_day = date_periods.date_day
    where rep_days.every_n_days is not null
    group by rep_days.org_key, date_periods.period_grain, date_periods.period_start
),

gaps as (
    select
        rep_days.org_key,
        periods.period_grain,
        periods.period_start,
        sum(rep_days.days_since_strict) as strict_days,
        sum(rep_days.days_since_broad) as broad_days,
        count(*) as rep_count
    from rep_days
    inner join periods on rep_days.date_day = periods.stock_date
    group by rep_days.org_key, periods.period_grain, periods.period_start
),

measures as (
    select
        'CO-01' as indicator_id,
        'strict' as measure_id,
        org_key,
        period_grain,
        period_start,
        strict_count as numerator,
        window_count as denominator,
        window_count as observation_count
    from adherence
    union all
    select
        'CO-01' as indicator_id,
        'broad' as measure_id,
        org_key,
        period_grain,
        period_start,
        broad_count as numerator,
        window_count as denominator,
        window_count as observation_count
    from adherence
    union all
    select
        'CO-02' as indicator_id,
        'overdue_strict' as measure_id,
        org_key,
        period_grain,
        period_start,
        strict_count as numerator,
        day_count as denominator,
        day_count as observation_count
    from overdue
    union all
    select
        'CO-02' as indicator_id,
        'overdue_broad' as measure_id,
        org_key,
        period_grain,
        period_start,
        broad_count as numerator,
        day_count as denominator,
        day_count as observation_count
    from overdue
    union all
    select
        'CO-02' as indicator_id,
        'days_strict' as measure_id,
        org_key,
        period_grain,
        period_start,
        strict_days as numerator,
        rep_count as denominator,
        rep_count as observation_count
    from gaps
    union all
    select
        'CO-02' as indicator_id,
        'days_broad' as measure_id,
        org_key,
        period_grain,
        period_start,
        broad_days as numerator,
        rep_count as denominator,
        rep_count as observation_count
    from gaps
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
