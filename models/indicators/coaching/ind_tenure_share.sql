-- CO-10 coaching by tenure: minutes that reps receive in their first six months, beside the share
-- of rep-days that such reps make up; without the second the first says nothing. Who was hired on
-- an unknown day is a case of its own.
with

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_broad
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present and minutes is not null
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
    where is_rep
),

persons as (
    select
        person_id,
        hire_date,
        cast({{ dbt.dateadd('month', 6, 'hire_date') }} as date) as new_until_date
    from {{ ref('dim_person') }}
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

tenures as (
    select 'up_to_6_months' as tenure
    union all
    select 'over_6_months' as tenure
    union all
    select 'unknown' as tenure
),

attendances as (
    select
        attendees.coachee_org_key as org_key,
        sessions.session_date,
        attendees.minutes,
        case
            when persons.hire_date is null then 'unknown'
            when sessions.session_date <= persons.new_until_date then 'up_to_6_months'
            else 'over_6_months'
        end as tenure
    from attendees
    inner join sessions on attendees.session_id = sessions.session_id
    inner join org_versions on attendees.coachee_org_key = org_versions.org_key
    inner join persons on attendees.coachee_id = persons.person_id
),

coached as (
    select
        attendances.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(attendances.minutes) as minutes,
        sum(case when attendances.tenure = 'up_to_6_months' then attendances.minutes else 0 end)
            as new_minutes,
        sum(case when attendances.tenure = 'over_6_months' then attendances.minutes else 0 end)
            as later_minutes,
        sum(case when attendances.tenure = 'unknown' then attendances.minutes else 0 end)
            as unknown_minutes,
        count(*) as attendance_count,
        sum(case when attendances.tenure = 'unknown' then 0 else 1 end) as known_count
    from attendances
    inner join date_periods on attendances.session_date = date_periods.date_day
    group by attendances.org_key, date_periods.period_grain, date_periods.period_start
),

employed as (
    select
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(case when rep_days.date_day <= persons.new_until_date then 1 else 0 end)
            as new_day_count,
        count(*) as day_count
    from rep_days
    inner join persons
        on rep_days.person_id = persons.person_id and persons.hire_date is not null
    inner join date_periods on rep_days.date_day = date_periods.date_day
    group by rep_days.org_key, date_periods.period_grain, date_periods.period_start
),

measures as (
    select
        'new_hires' as measure_id,
        org_key,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        new_minutes as numerator,
        new_minutes + later_minutes as denominator,
        known_count as observation_count
    from coached
    where known_count > 0
    union all
    select
        'by_tenure' as measure_id,
        coached.org_key,
        coached.period_grain,
        coached.period_start,
        'tenure' as dimension,
        tenures.tenure as member,
        case tenures.tenure
            when 'up_to_6_months' then coached.new_minutes
            when 'over_6_months' then coached.later_minutes
            else coached.unknown_minutes
        end as numerator,
        coached.minutes as denominator,
        coached.attendance_count as observation_count
    from coached
    cross join tenures
    union all
    select
        'new_hire_days' as measure_id,
        org_key,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        new_day_count as numerator,
        day_count as denominator,
        day_count as observation_count
    from employed
),

final as (
    select
        'CO-10' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            grains.indicator_id = 'CO-10'
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
