-- Strict sessions by what maturity asks of them: whether their source tells of an artefact, which
-- running initiative they name, and whether they are linked to one or to a skill that somebody in
-- them had been trained in.
with

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where is_strict
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

trainings as (
    select * from {{ ref('fct_training') }}
    where completed_date is not null and not is_deleted
),

initiatives as (
    select * from {{ ref('dim_initiative') }}
),

trained_sessions as (
    select sessions.session_id
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    inner join trainings
        on
            attendees.coachee_id = trainings.person_id
            and sessions.skill = trainings.skill
            and sessions.session_date >= trainings.completed_date
    group by sessions.session_id
),

named_initiatives as (
    select
        sessions.session_id,
        min(initiatives.initiative_id) as initiative_id
    from sessions
    inner join initiatives
        on
            lower(sessions.initiative_name) = lower(initiatives.initiative_name)
            and sessions.session_date >= initiatives.start_date
            and (initiatives.end_date is null or sessions.session_date <= initiatives.end_date)
    group by sessions.session_id
),

final as (
    select
        sessions.session_id,
        sessions.session_date,
        sessions.has_artefact,
        named_initiatives.initiative_id,
        named_initiatives.initiative_id is not null
        or trained_sessions.session_id is not null as is_linked
    from sessions
    left join named_initiatives on sessions.session_id = named_initiatives.session_id
    left join trained_sessions on sessions.session_id = trained_sessions.session_id
)

select * from final
