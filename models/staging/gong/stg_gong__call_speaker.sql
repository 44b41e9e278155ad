with

source as (
    select * from {{ corrected('gong', 'call_speaker') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_call_id') }} as call_id,
        {{ clean_text('raw_speaker_id') }} as speaker_id,
        {{ clean_text('raw_user_id') }} as user_id,
        ---------- texts
        {{ clean_text('raw_talk_time') }} as talk_seconds_text,
        ---------- numerics
        {{ to_integer('raw_position', 'gong', 'call_speaker') }} as position_number
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'call_speaker') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by call_id, position_number, (broken_rule is null)
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
        speaker_id,
        user_id,
        ---------- texts
        talk_seconds_text,
        ---------- numerics
        position_number,
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
