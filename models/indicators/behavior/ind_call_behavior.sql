-- BE-05 talk share of the rep and BE-06 questions per call hour: recorded calls with customers,
-- for the organisation of the rep on the day of the call. A mean of the calls' shares lets a
-- call of two minutes weigh as much as one of an hour, so the share of all time spoken stands
-- beside it.
with

calls as (
    select * from {{ ref('fct_call') }}
    where is_customer_call
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
),

placed as (
    select
        org_versions.org_key,
        calls.call_date as date_day,
        calls.rep_speech_seconds,
        calls.rep_speech_seconds + calls.other_speech_seconds as speech_seconds,
        calls.question_count,
        calls.duration_seconds
    from calls
    cross join clock
    inner join org_versions
        on
            calls.owner_id = org_versions.person_id
            and calls.call_date >= org_versions.valid_from
            and calls.call_date < org_versions.valid_to
    where calls.call_date <= clock.as_of_date
),

measures as (
    select
        'BE-05' as indicator_id,
        'time_weighted' as measure_id,
        org_key,
        date_day,
        rep_speech_seconds as numerator,
        speech_seconds as denominator
    from placed
    where speech_seconds > 0
    union all
    select
        'BE-05' as indicator_id,
        'mean_of_calls' as measure_id,
        org_key,
        date_day,
        cast(
            cast(rep_speech_seconds as double) / cast(speech_seconds as double)
            as decimal(28, 6)
        ) as numerator,
        1 as denominator
    from placed
    where speech_seconds > 0
    union all
    select
        'BE-06' as indicator_id,
        'per_hour' as measure_id,
        org_key,
        date_day,
        3600 * question_count as numerator,
        duration_seconds as denominator
    from placed
    where question_count is not null and duration_seconds > 0
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(sum(measures.numerator) as decimal(28, 6)) as numerator,
        cast(sum(measures.denominator) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from measures
    inner join date_periods on measures.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and grains.dimension = 'all'
    group by
        measures.indicator_id,
        measures.measure_id,
        measures.org_key,
        date_periods.period_grain,
        date_periods.period_start
)

select * from final
