-- For whom a session counts, once each however many were in it: the coachee who reports to the
-- coach, else the first by id; without any coachee the coach. Inspections (forecast calls) are no
-- coaching and deleted records did not happen, so neither is here.
with

sessions as (
    select * from {{ ref('fct_coaching_session') }}
    where not is_deleted and coalesce(mode, '') <> 'inspection'
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

ranked as (
    select
        attendees.session_id,
        attendees.coachee_id,
        attendees.coachee_org_key,
        row_number() over (
            partition by attendees.session_id
            order by
                case when attendees.is_coachee_present then 0 else 1 end asc,
                case when attendees.coachee_id = '(unassigned)' then 1 else 0 end asc,
                case when org_versions.manager_id = sessions.coach_id then 0 else 1 end asc,
                attendees.coachee_id asc nulls last
        ) as place
    from attendees
    inner join sessions on attendees.session_id = sessions.session_id
    inner join org_versions on attendees.coachee_org_key = org_versions.org_key
),

final as (
    select
        sessions.session_id,
        sessions.session_date,
        sessions.coach_id,
        coalesce(ranked.coachee_id, sessions.coach_id) as person_id,
        coalesce(ranked.coachee_org_key, sessions.coach_org_key) as org_key,
        sessions.status,
        sessions.is_broad,
        sessions.is_strict,
        sessions.is_group,
        sessions.initiator,
        sessions.session_trigger,
        sessions.cancelled_by,
        sessions.moved_from_date
    from sessions
    left join ranked
        on sessions.session_id = ranked.session_id and ranked.place = 1
)

select * from final
