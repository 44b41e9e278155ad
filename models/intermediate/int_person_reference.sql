-- Every text by which a fact or a list names a person, when, how often and in what role. What bears
-- no date is taken as said today.
with

sessions as (
    select
        session_id,
        session_date
    from {{ ref('int_session_conformed') }}
),

-- Calendars are full of people from outside: only whom some system describes may be named.
known as (
    select lower(source_person_id) as known_key from {{ ref('int_person_source') }}
    union
    select email_key as known_key from {{ ref('int_person_source') }}
    union
    select username_key as known_key from {{ ref('int_person_source') }}
    union
    select name_key as known_key from {{ ref('int_person_source') }}
    union
    select lower(alias) as known_key from {{ ref('int_person_map_conformed') }}
    union
    select lower(name_text) as known_key from {{ ref('int_person_name_conformed') }}
),

refs as (
    select
        source_system,
        owner_alias as alias,
        'owner' as reference_kind,
        created_date as reference_date
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'

    union all

    select
        source_system,
        owner_alias as alias,
        'owner' as reference_kind,
        {{ reporting_date('changed_at') }} as reference_date
    from {{ ref('int_opportunity_change_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'former_owner' as reference_kind,
        stamped_date as reference_date
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'superseded'

    union all

    select
        source_system,
        owner_alias as alias,
        'activity' as reference_kind,
        activity_date as reference_date
    from {{ ref('int_activity_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'account' as reference_kind,
        cast(null as date) as reference_date
    from {{ ref('int_account_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'former_account' as reference_kind,
        stamped_date as reference_date
    from {{ ref('int_account_version_conformed') }}
    where row_status = 'superseded'

    union all

    select
        source_system,
        person_alias as alias,
        'quota' as reference_kind,
        period_start as reference_date
    from {{ ref('int_quota_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'contact' as reference_kind,
        cast(null as date) as reference_date
    from {{ ref('int_contact_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'lead' as reference_kind,
        created_date as reference_date
    from {{ ref('int_lead_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'owner' as reference_kind,
        cast(null as date) as reference_date
    from {{ ref('int_opportunity_split_conformed') }}
    where row_status = 'accepted' and not is_deleted

    union all

    select
        source_system,
        person_alias as alias,
        'forecast' as reference_kind,
        submitted_date as reference_date
    from {{ ref('int_forecast_conformed') }}

    union all

    select
        source_system,
        manager_alias as alias,
        'manager' as reference_kind,
        valid_from as reference_date
    from {{ ref('int_person_version_conformed') }}

    union all

    select
        source_system,
        coach_alias as alias,
        'coach' as reference_kind,
        session_date as reference_date
    from {{ ref('int_session_conformed') }}

    union all

    select
        a.source_system,
        a.coachee_alias as alias,
        'coachee' as reference_kind,
        s.session_date as reference_date
    from {{ ref('int_session_attended') }} as a
    left join sessions as s
        on a.session_id = s.session_id

    union all

    select
        source_system,
        owner_alias as alias,
        'action' as reference_kind,
        created_date as reference_date
    from {{ ref('int_action_conformed') }}

    union all

    select
        source_system,
        owner_alias as alias,
        'initiative' as reference_kind,
        start_date as reference_date
    from {{ ref('int_initiative_conformed') }}

    union all

    select
        source_system,
        respondent_alias as alias,
        'survey' as reference_kind,
        survey_date as reference_date
    from {{ ref('int_survey_answer_conformed') }}

    union all

    select
        source_system,
        recipient_alias as alias,
        'award' as reference_kind,
        award_date as reference_date
    from {{ ref('int_recognition_conformed') }}

    union all

    select
        source_system,
        given_by_alias as alias,
        'award' as reference_kind,
        award_date as reference_date
    from {{ ref('int_recognition_conformed') }}

    union all

    select
        e.source_system,
        e.owner_alias as alias,
        'calendar' as reference_kind,
        e.event_date as reference_date
    from {{ ref('int_calendar_event_conformed') }} as e
    left join known
        on lower(e.owner_alias) = known.known_key
    where e.has_named_owner or known.known_key is not null

    union all

    select
        a.source_system,
        a.person_alias as alias,
        'meeting' as reference_kind,
        a.event_date as reference_date
    from {{ ref('int_calendar_attendee_conformed') }} as a
    inner join known
        on lower(a.person_alias) = known.known_key

    union all

    select
        source_system,
        owner_alias as alias,
        'call' as reference_kind,
        {{ reporting_date('started_at') }} as reference_date
    from {{ ref('int_call_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'scored' as reference_kind,
        scored_date as reference_date
    from {{ ref('int_skill_score_conformed') }}

    union all

    select
        source_system,
        scorer_alias as alias,
        'scorer' as reference_kind,
        scored_date as reference_date
    from {{ ref('int_skill_score_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'training' as reference_kind,
        coalesce(completed_date, assigned_date) as reference_date
    from {{ ref('int_training_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'assessment' as reference_kind,
        taken_date as reference_date
    from {{ ref('int_assessment_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'territory' as reference_kind,
        valid_from as reference_date
    from {{ ref('int_territory_person_conformed') }}

    union all

    select
        source_system,
        person_alias as alias,
        'plan' as reference_kind,
        planned_date as reference_date
    from {{ ref('int_plan_conformed') }}
),

final as (
    select
        source_system,
        alias,
        coalesce(reference_date, cast('9999-12-30' as date)) as reference_date,
        cast(count(*) as bigint) as row_count,
        max(case when reference_kind in ('owner', 'quota', 'coachee') then 1 else 0 end) = 1
            as is_selling_reference
    from refs
    where alias <> '(unassigned)'
    group by source_system, alias, coalesce(reference_date, cast('9999-12-30' as date))
)

select * from final
