with

source as (
    select * from {{ corrected('coaching_log', 'attendee') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_session_id') }} as session_id,
        ---------- texts
        {{ clean_text('raw_coachee') }} as coachee_name,
        {{ mapped_value('raw_skill', 'coaching_log', 'attendee') }} as skill,
        ---------- numerics
        {{ to_integer('raw_minutes', 'coaching_log', 'attendee') }} as attended_minutes,
        {{ to_decimal('raw_score', 'coaching_log', 'attendee') }} as score,
        ---------- booleans
        {{ to_boolean('raw_attended', 'coaching_log', 'attendee') }} as is_attended
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'attendee') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id, coachee_name, (broken_rule is null)
            order by
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
        ---------- texts
        coachee_name,
        skill,
        ---------- numerics
        attended_minutes,
        score,
        ---------- booleans
        is_attended,
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
