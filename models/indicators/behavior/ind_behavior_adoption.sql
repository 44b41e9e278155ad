-- BE-10 adoption of behaviours: of the calls and joint calls on which somebody scored a skill,
-- those that showed it (4 of 5 or more). Only what was observed can show it: a score that was
-- given in a talk or a role play is no evidence from the field. Several scores of one call are
-- their mean.
with

scores as (
    select
        *,
        lower(trim(skill)) as skill_key,
        cast(
            5 * cast(score as double) / cast(score_maximum as double) as decimal(18, 6)
        ) as points
    from {{ ref('fct_skill_score') }}
    where not is_machine_score and score_maximum > 0
),

calls as (
    select * from {{ ref('fct_call') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
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
    where indicator_id = 'BE-10'
),

observed as (
    select
        scores.person_id,
        scores.skill_key as skill,
        coalesce(scores.call_id, scores.session_id) as event_id,
        coalesce(calls.call_date, scores.scored_date) as event_date,
        scores.points
    from scores
    cross join clock
    left join calls on scores.call_id = calls.call_id
    left join sessions on scores.session_id = sessions.session_id
    where
        scores.skill_key not in ('overall', 'unnamed')
        and scores.scored_date <= clock.as_of_date
        and not coalesce(sessions.is_deleted, false)
        and (
            scores.call_id is not null
            or sessions.mode in ('call_review', 'joint_call', 'ride_along')
        )
),

events as (
    select
        person_id,
        skill,
        event_id,
        min(event_date) as event_date,
        case when sum(points) >= 4 * count(*) then 1 else 0 end as shown_count
    from observed
    group by person_id, skill, event_id
),

placed as (
    select
        org_versions.org_key,
        events.event_date,
        events.skill,
        events.shown_count
    from events
    inner join org_versions
        on
            events.person_id = org_versions.person_id
            and events.event_date >= org_versions.valid_from
            and events.event_date < org_versions.valid_to
),

members as (
    select
        org_key,
        event_date,
        shown_count,
        'all' as dimension,
        'all' as member
    from placed
    union all
    select
        org_key,
        event_date,
        shown_count,
        'skill' as dimension,
        skill as member
    from placed
),

final as (
    select
        'BE-10' as indicator_id,
        'shown' as measure_id,
        members.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        members.dimension,
        members.member,
        'none' as currency_code,
        cast(sum(members.shown_count) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        cast(count(*) as bigint) as observation_count
    from members
    inner join date_periods on members.event_date = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.measure_id = 'shown'
            and members.dimension = grains.dimension
    group by
        members.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        members.dimension,
        members.member
)

select * from final
