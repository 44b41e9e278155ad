with

source as (
    select * from {{ corrected('gong', 'answered_scorecard') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_answered_scorecard_id') }} as answered_scorecard_id,
        {{ clean_text('raw_scorecard_id') }} as scorecard_id,
        {{ clean_text('raw_call_id') }} as call_id,
        {{ clean_text('raw_reviewed_user_id') }} as reviewed_user_id,
        {{ clean_text('raw_reviewer_user_id') }} as reviewer_user_id,
        ---------- texts
        {{ clean_text('raw_scorecard_name') }} as scorecard_name,
        {{ mapped_value('raw_review_method', 'gong', 'answered_scorecard') }} as review_method,
        {{ clean_text('raw_visibility') }} as visibility,
        ---------- numerics
        {{ to_decimal('raw_overall_score', 'gong', 'answered_scorecard') }} as overall_score,
        ---------- timestamps
        {{ to_timestamp('raw_call_started_at', 'gong', 'answered_scorecard') }} as call_started_at,
        {{ to_timestamp('raw_reviewed_at', 'gong', 'answered_scorecard') }} as reviewed_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'answered_scorecard') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by answered_scorecard_id, (broken_rule is null)
            order by
                reviewed_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        answered_scorecard_id,
        scorecard_id,
        call_id,
        reviewed_user_id,
        reviewer_user_id,
        ---------- texts
        scorecard_name,
        review_method,
        visibility,
        ---------- numerics
        overall_score,
        ---------- timestamps
        call_started_at,
        reviewed_at,
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
