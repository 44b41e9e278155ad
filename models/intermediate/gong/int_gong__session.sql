-- A review of a call by another person is a coaching session; the machine's reviews and those of
-- oneself are scores only.
with

-- The first load stays the first, whatever of it was removed because of its age.
expired as (
    select min(_load_id) as first_expired_load_id
    from {{ ref('stg_halftime__expired') }}
    where source_system = 'gong' and object = 'answered_scorecard'
),

versions as (
    select
        scorecards.*,
        min(scorecards._load_id) over (
            partition by scorecards.answered_scorecard_id
        ) as session_first_load_id,
        least(
            min(scorecards._load_id) over (),
            coalesce(expired.first_expired_load_id, scorecards._load_id)
        ) as source_first_load_id
    from {{ ref('stg_gong__answered_scorecard') }} as scorecards
    cross join expired
),

final as (
    select
        'gong' as source_system,
        'gong:' || answered_scorecard_id as session_id,
        {{ reporting_date('reviewed_at') }} as session_date,
        cast(null as integer) as duration_minutes,
        reviewer_user_id as coach_alias,
        reviewed_user_id as coachee_alias,
        'skills_and_behaviors' as area,
        'call_review' as mode,
        'held' as status,
        cast(null as {{ dbt.type_string() }}) as opportunity_alias,
        cast(null as {{ dbt.type_string() }}) as account_alias,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as {{ dbt.type_string() }}) as gap_id,
        true as has_focus,
        false as has_strength_noted,
        false as has_practice,
        true as has_artefact,
        true as is_evidence_told,
        false as is_output_told,
        cast(null as {{ dbt.type_string() }}) as note_language,
        cast(null as integer) as question_count,
        cast(null as integer) as directive_count,
        cast(null as boolean) as has_goal,
        cast(null as boolean) as has_reality,
        cast(null as boolean) as has_options,
        cast(null as boolean) as has_will,
        'coach' as initiator,
        cast(null as {{ dbt.type_string() }}) as session_trigger,
        cast(null as {{ dbt.type_string() }}) as cancelled_by,
        cast(null as date) as moved_from_date,
        false as is_quarter_end_squeeze,
        cast(null as {{ dbt.type_string() }}) as initiative_name,
        reviewed_at as recorded_at,
        {{ reporting_date('reviewed_at') }} as recorded_date,
        session_first_load_id = source_first_load_id as is_first_load,
        _source_file,
        _source_row
    from versions
    where
        row_status = 'accepted'
        and reviewer_user_id <> reviewed_user_id
        and coalesce(review_method, 'manual') not in ('automatic', 'ai')
)

select * from final
