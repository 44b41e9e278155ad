with

source as (
    select * from {{ corrected('coaching_log', 'form') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_opportunity') }} as opportunity_id,
        {{ clean_text('raw_gap_id') }} as gap_id,
        ---------- texts
        {{ clean_text('raw_coach') }} as coach_name,
        {{ clean_text('raw_reps') }} as coachee_names,
        {{ mapped_value('raw_mode', 'coaching_log', 'form') }} as mode,
        {{ mapped_value('raw_topic', 'coaching_log', 'form') }} as topic_text,
        {{ clean_text('raw_account') }} as account_name,
        {{ mapped_value('raw_skill', 'coaching_log', 'form') }} as skill,
        {{ mapped_value('raw_initiator', 'coaching_log', 'form') }} as initiator,
        {{ mapped_value('raw_trigger', 'coaching_log', 'form') }} as trigger_name,
        {{ mapped_value('raw_status', 'coaching_log', 'form') }} as status,
        {{ mapped_value('raw_cancelled_by', 'coaching_log', 'form') }} as cancelled_by,
        {{ clean_text('raw_initiative') }} as initiative_name,
        {{ clean_text('raw_artefact') }} as artefact,
        {{ clean_text('raw_next_steps') }} as next_steps,
        {{ clean_text('raw_notes') }} as notes,
        ---------- numerics
        {{ to_integer(
            "regexp_replace(lower(raw_minutes), '[ ]*(min|mins|minutes|minuten|m)[.]?[ ]*$', '')",
            'coaching_log', 'form'
        ) }} as duration_minutes,
        ---------- booleans
        {{ to_boolean('raw_strength_noted', 'coaching_log', 'form') }} as is_strength_noted,
        {{ to_boolean('raw_practice', 'coaching_log', 'form') }} as is_practice_agreed,
        {{ to_boolean('raw_is_quarter_end_squeeze', 'coaching_log', 'form') }}
            as is_quarter_end_squeeze,
        ---------- dates
        {{ to_date('raw_date', 'coaching_log', 'form') }} as given_date,
        {{ to_date('raw_moved_from_date', 'coaching_log', 'form') }} as moved_from_date,
        {{ to_date('raw_due', 'coaching_log', 'form') }} as due_date,
        ---------- timestamps
        {{ to_timestamp('raw_timestamp', 'coaching_log', 'form') }} as submitted_at
    from source
),

dated as (
    select
        *,
        coalesce(given_date, {{ reporting_date('submitted_at') }}) as session_date
    from typed
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'form') }} as broken_rule
    from dated
),

-- A session is known by its day, its coach and whom it was held with; several of one day are told
-- apart by their order in the file, so that a longer or mended copy of a log replaces its rows and
-- the same row written twice is one session.
keyed as (
    select
        *,
        md5(
            concat_ws(
                '|',
                coalesce(cast(session_date as {{ dbt.type_string() }}), ''),
                coalesce(lower(coach_name), ''),
                coalesce(lower(coachee_names), '')
            )
        ) as identity_key,
        md5(
            concat_ws(
                '|',
                coalesce(lower(topic_text), ''),
                coalesce(lower(opportunity_id), ''),
                coalesce(lower(account_name), ''),
                coalesce(lower(skill), ''),
                coalesce(lower(notes), ''),
                coalesce(lower(next_steps), '')
            )
        ) as content_key
    from judged
),

first_seen as (
    select
        *,
        min(_source_row) over (
            partition by identity_key, content_key, (broken_rule is null), _load_id, _source_file
        ) as content_first_row
    from keyed
),

numbered as (
    select
        *,
        dense_rank() over (
            partition by identity_key, (broken_rule is null), _load_id, _source_file
            order by
                content_first_row asc
        ) as day_number
    from first_seen
),

identified as (
    select
        *,
        md5(identity_key || '|' || cast(day_number as {{ dbt.type_string() }})) as session_id
    from numbered
),

areas as (
    select
        *,
        case
            when
                replace(replace(lower(topic_text), ' ', '_'), '-', '_') in (
                    'lead_and_opportunity', 'skills_and_behaviors', 'funnel', 'account', 'territory'
                )
                then replace(replace(lower(topic_text), ' ', '_'), '-', '_')
        end as area,
        topic_text is not null as has_topic,
        next_steps is not null as has_next_steps
    from identified
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id, (broken_rule is null)
            order by
                submitted_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from areas
),

final as (
    select
        ---------- ids
        session_id,
        opportunity_id,
        gap_id,
        ---------- texts
        coach_name,
        coachee_names,
        mode,
        topic_text,
        account_name,
        skill,
        initiator,
        trigger_name,
        status,
        cancelled_by,
        initiative_name,
        artefact,
        next_steps,
        notes,
        area,
        ---------- numerics
        duration_minutes,
        ---------- booleans
        is_strength_noted,
        is_practice_agreed,
        is_quarter_end_squeeze,
        has_topic,
        has_next_steps,
        ---------- dates
        given_date,
        moved_from_date,
        due_date,
        session_date,
        ---------- timestamps
        submitted_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _load_id
    from ranked
)

select * from final
