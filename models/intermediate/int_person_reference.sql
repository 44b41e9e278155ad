-- Every text by which a fact or a list names a person, when, how often and in what role. What bears
-- no date is taken as said today.
with

sessions as (
    select
        session_id,
        session_date
    from {{ ref('int_session_conformed') }}
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
