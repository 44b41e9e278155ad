with

source as (
    select * from {{ corrected('gong', 'call') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_id') }} as call_id,
        {{ clean_text('raw_primary_user_id') }} as primary_user_id,
        {{ clean_text('raw_calendar_event_id') }} as calendar_event_id,
        ---------- texts
        {{ mapped_value('raw_direction', 'gong', 'call') }} as direction,
        {{ mapped_value('raw_scope', 'gong', 'call') }} as scope,
        {{ clean_text('raw_title') }} as call_title,
        {{ clean_text('raw_brief') }} as call_brief,
        ---------- numerics
        {{ to_integer('raw_duration', 'gong', 'call') }} as duration_seconds,
        {{ to_integer('raw_company_question_count', 'gong', 'call') }} as company_question_count,
        {{ to_integer('raw_other_question_count', 'gong', 'call') }} as other_question_count,
        ---------- booleans
        {{ to_boolean('raw_is_private', 'gong', 'call') }} as is_private,
        ---------- timestamps
        {{ to_timestamp('raw_started_at', 'gong', 'call') }} as started_at,
        {{ to_timestamp('raw_scheduled_at', 'gong', 'call') }} as scheduled_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'call') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by call_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        call_id,
        primary_user_id,
        calendar_event_id,
        ---------- texts
        direction,
        scope,
        call_title,
        call_brief,
        ---------- numerics
        duration_seconds,
        company_question_count,
        other_question_count,
        ---------- booleans
        is_private,
        ---------- timestamps
        started_at,
        scheduled_at,
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
