-- CO-03 strict share, CO-12 share that reps ask for and LD-01 leading share: what kind of session
-- each logged one was. A session counts once, for the organisation of its coachee on its day.
with

sessions as (
    select * from {{ ref('ind_session_org') }}
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
),

judged as (
    select
        sessions.org_key,
        sessions.session_date,
        case when sessions.is_strict then 1 else 0 end as strict_count,
        -- Who of several asked, no log tells; and a manager's session is not for a rep to ask for.
        case
            when
                org_versions.is_rep and not sessions.is_group and sessions.initiator is not null
                then 1
            else 0
        end as asked_count,
        case
            when org_versions.is_rep and not sessions.is_group and sessions.initiator = 'rep'
                then 1
            else 0
        end as asked_by_rep_count,
        -- Words that are not known by name could be either kind.
        case
            when
                sessions.session_trigger is not null and sessions.session_trigger <> 'other'
                then 1
            else 0
        end as trigger_count,
        case
            when sessions.session_trigger in ('skill_gap', 'stalled_deal', 'behavior') then 1
            else 0
        end as leading_count
    from sessions
    inner join org_versions on sessions.org_key = org_versions.org_key
),

counted as (
    select
        judged.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as session_count,
        sum(judged.strict_count) as strict_count,
        sum(judged.asked_count) as asked_count,
        sum(judged.asked_by_rep_count) as asked_by_rep_count,
        sum(judged.trigger_count) as trigger_count,
        sum(judged.leading_count) as leading_count
    from judged
    inner join date_periods on judged.session_date = date_periods.date_day
    group by judged.org_key, date_periods.period_grain, date_periods.period_start
),

measures as (
    select
        'CO-03' as indicator_id,
        'share' as measure_id,
        org_key,
        period_grain,
        period_start,
        strict_count as numerator,
        session_count as denominator
    from counted
    union all
    select
        'CO-12' as indicator_id,
        'share' as measure_id,
        org_key,
        period_grain,
        period_start,
        asked_by_rep_count as numerator,
        asked_count as denominator
    from counted
    where asked_count > 0
    union all
    select
        'LD-01' as indicator_id,
        'share' as measure_id,
        org_key,
        period_grain,
        period_start,
        leading_count as numerator,
        trigger_count as denominator
    from counted
    where trigger_count > 0
    union all
    select
        'LD-01' as indicator_id,
        'trigger_known' as measure_id,
        org_key,
        period_grain,
        period_start,
        trigger_count as numerator,
        session_count as denominator
    from counted
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
        cast(measures.denominator as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.indicator_id = grains.indicator_id
            and measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
