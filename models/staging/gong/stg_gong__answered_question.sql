with

source as (
    select * from {{ corrected('gong', 'answered_question') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_answered_scorecard_id') }} as answered_scorecard_id,
        {{ clean_text('raw_question_id') }} as question_id,
        {{ clean_text('raw_question_revision_id') }} as question_revision_id,
        ---------- texts
        {{ clean_text('raw_question_text') }} as question_text,
        {{ clean_text('raw_answer_text') }} as answer_text,
        ---------- numerics
        {{ to_integer('raw_position', 'gong', 'answered_question') }} as position_number,
        {{ to_decimal('raw_score', 'gong', 'answered_question') }} as score,
        ---------- booleans
        {{ to_boolean('raw_is_overall', 'gong', 'answered_question') }} as is_overall,
        {{ to_boolean('raw_is_not_applicable', 'gong', 'answered_question') }} as is_not_applicable
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'answered_question') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by answered_scorecard_id, question_id, position_number, (broken_rule is null)
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
        answered_scorecard_id,
        question_id,
        question_revision_id,
        ---------- texts
        question_text,
        answer_text,
        ---------- numerics
        position_number,
        score,
        ---------- booleans
        is_overall,
        is_not_applicable,
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
