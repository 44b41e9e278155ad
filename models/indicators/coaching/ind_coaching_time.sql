-- CO-04 share of minutes by area and CO-06 coaching hours per rep per month.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

areas as (
    select * from {{ ref('coaching_areas') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

dates as (
    select
        date_day,
        -- 377,580 is the least common multiple of 28, 29, 30 and 31: a day is a whole number of it.
        cast(
            cast(377580 as double)
            / cast(
                {{ dbt.datediff('month_start', dbt.dateadd('month', 1, 'month_start'), 'day') }}
                as double
            )
            as integer
        ) as rep_month_weight
    from {{ ref('dim_date') }}
),

attendances as (
    select
        attendees.coachee_org_key as org_key,
        sessions.session_date as date_day,
        sessions.area,
        sessions.is_group,
        org_versions.is_rep,
        attendees.minutes
    from attendees
    inner join sessions on attendees.session_id = sessions.session_id
    inner join org_versions on attendees.coachee_org_key = org_versions.org_key
    cross join clock
    where sessions.session_date <= clock.as_of_date
),

attendance_periods as (
    select
        attendances.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        attendances.area,
        sum(attendances.minutes) as minutes,
        sum(case
            when attendances.is_rep and not attendances.is_group then attendances.minutes
            else 0
        end) as individual_minutes,
        sum(case
            when attendances.is_rep and attendances.is_group then attendances.minutes
            else 0
        end) as group_minutes,
        count(*) as attendance_count
    from attendances
    inner join date_periods on attendances.date_day = date_periods.date_day
    group by
        attendances.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        attendances.area
),

coached_periods as (
    select
        org_key,
        period_grain,
        period_start,
        sum(minutes) as minutes,
        sum(individual_minutes) as individual_minutes,
        sum(group_minutes) as group_minutes,
        sum(attendance_count) as attendance_count
    from attendance_periods
    group by org_key, period_grain, period_start
),

-- All six areas for whoever was coached at all: shares of a sum need every part's denominator.
area_shares as (
    select
        coached_periods.org_key,
        coached_periods.period_grain,
        coached_periods.period_start,
        areas.area_code as member,
        coalesce(attendance_periods.minutes, 0) as area_minutes,
        coached_periods.minutes,
        coached_periods.attendance_count
    from coached_periods
    cross join areas
    left join attendance_periods
        on
            coached_periods.org_key = attendance_periods.org_key
            and coached_periods.period_grain = attendance_periods.period_grain
            and coached_periods.period_start = attendance_periods.period_start
            and areas.area_code = attendance_periods.area
),

exposures as (
    select
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(dates.rep_month_weight) as rep_month_weight,
        count(*) as day_count
    from rep_days
    inner join dates on rep_days.date_day = dates.date_day
    inner join date_periods on rep_days.date_day = date_periods.date_day
    group by rep_days.org_key, date_periods.period_grain, date_periods.period_start
),

hours as (
    select
        exposures.org_key,
        exposures.period_grain,
        exposures.period_start,
        coalesce(coached_periods.individual_minutes, 0) as individual_minutes,
        coalesce(coached_periods.group_minutes, 0) as group_minutes,
        -- 60 minutes x weight / 377,580 = weight / 6,293
        cast(cast(exposures.rep_month_weight as double) / cast(6293 as double) as decimal(28, 6))
            as minutes_per_hour_month,
        exposures.day_count
    from exposures
    left join coached_periods
        on
            exposures.org_key = coached_periods.org_key
            and exposures.period_grain = coached_periods.period_grain
            and exposures.period_start = coached_periods.period_start
),

measures as (
    select
        'CO-04' as indicator_id,
        'share' as measure_id,
        org_key,
        period_grain,
        period_start,
        'area' as dimension,
        member,
        cast(area_minutes as decimal(28, 6)) as numerator,
        cast(minutes as decimal(28, 6)) as denominator,
        attendance_count as observation_count
    from area_shares
    union all
    select
        'CO-06' as indicator_id,
        'individual' as measure_id,
        org_key,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        cast(individual_minutes as decimal(28, 6)) as numerator,
        minutes_per_hour_month as denominator,
        day_count as observation_count
    from hours
    union all
    select
        'CO-06' as indicator_id,
        'group' as measure_id,
        org_key,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        cast(group_minutes as decimal(28, 6)) as numerator,
        minutes_per_hour_month as denominator,
        day_count as observation_count
    from hours
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.member,
        'none' as currency_code,
        measures.numerator,
        measures.denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
