with

source as (
    select * from {{ corrected('coaching_log', 'session') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_session_id') }} as session_id,
        {{ clean_text('raw_opportunity_id') }} as opportunity_id,
        {{ clean_text('raw_gap_id') }} as gap_id,
        ---------- texts
        {{ clean_text('raw_start_time') }} as start_time,
        {{ clean_text('raw_coach') }} as coach_name,
        {{ clean_text('raw_coachee') }} as coachee_name,
        {{ mapped_value('raw_area', 'coaching_log', 'session') }} as area,
        {{ clean_text('raw_focus') }} as focus,
        {{ mapped_value('raw_mode', 'coaching_log', 'session') }} as mode,
        {{ clean_text('raw_account') }} as account_name,
        {{ mapped_value('raw_skill', 'coaching_log', 'session') }} as skill,
        {{ mapped_value('raw_initiator', 'coaching_log', 'session') }} as initiator,
        {{ mapped_value('raw_trigger', 'coaching_log', 'session') }} as trigger_name,
        {{ mapped_value('raw_status', 'coaching_log', 'session') }} as status,
        {{ mapped_value('raw_cancelled_by', 'coaching_log', 'session') }} as cancelled_by,
        {{ clean_text('raw_initiative') }} as initiative_name,
        {{ clean_text('raw_artefact') }} as artefact,
        {{ clean_text('raw_notes') }} as notes,
        ---------- numerics
        {{ to_integer('raw_duration_minutes', 'coaching_log', 'session') }} as duration_minutes,
        ---------- booleans
        {{ to_boolean('raw_strength_noted', 'coaching_log', 'session') }} as is_strength_noted,
        {{ to_boolean('raw_practice', 'coaching_log', 'session') }} as is_practice_agreed,
        {{ to_boolean('raw_is_quarter_end_squeeze', 'coaching_log', 'session') }}
            as is_quarter_end_squeeze,
        ---------- dates
        {{ to_date('raw_session_date', 'coaching_log', 'session') }} as session_date,
        {{ to_date('raw_moved_from_date', 'coaching_log', 'session') }} as moved_from_date,
        ---------- timestamps
        {{ to_timestamp('raw_recorded_at', 'coaching_log', 'session') }} as recorded_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'session') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id, (broken_rule is null)
            order by
                recorded_at desc nulls last,
                _file_date desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        session_id,
        opportunity_id,
        gap_id,
        ---------- texts
        start_time,
        coach_name,
        coachee_name,
        area,
        focus,
        mode,
        account_name,
        skill,
        initiator,
        trigger_name,
        status,
        cancelled_by,
        initiative_name,
        artefact,
        notes,
        ---------- numerics
        duration_minutes,
        ---------- booleans
        is_strength_noted,
        is_practice_agreed,
        is_quarter_end_squeeze,
        ---------- dates
        session_date,
        moved_from_date,
        ---------- timestamps
        recorded_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _file_date,
        _load_id
    from ranked
)

select * from final
