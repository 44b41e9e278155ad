-- Strict sessions for each manager whose direct reports were in them: once each, with the first by
-- id of those coachees.
with

sessions as (
    select * from {{ ref('ind_maturity_session') }}
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
    where manager_id <> '(unassigned)'
),

final as (
    select
        sessions.session_id,
        org_versions.manager_id,
        min(org_versions.person_id) as person_id,
        sessions.session_date,
        sessions.has_artefact,
        sessions.initiative_id,
        sessions.is_linked
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    inner join org_versions on attendees.coachee_org_key = org_versions.org_key
    group by
        sessions.session_id,
        org_versions.manager_id,
        sessions.session_date,
        sessions.has_artefact,
        sessions.initiative_id,
        sessions.is_linked
)

select * from final
