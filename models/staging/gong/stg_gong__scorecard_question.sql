with

source as (
    select * from {{ corrected('gong', 'scorecard_question') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_scorecard_id') }} as scorecard_id,
        {{ clean_text('raw_question_id') }} as question_id,
        {{ clean_text('raw_question_revision_id') }} as question_revision_id,
        ---------- texts
        {{ clean_text('raw_question_text') }} as question_text,
        ---------- numerics
        {{ to_integer('raw_position', 'gong', 'scorecard_question') }} as position_number,
        {{ to_decimal('raw_minimum', 'gong', 'scorecard_question') }} as score_minimum,
        {{ to_decimal('raw_maximum', 'gong', 'scorecard_question') }} as score_maximum,
        ---------- booleans
        {{ to_boolean('raw_is_overall', 'gong', 'scorecard_question') }} as is_overall
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'scorecard_question') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by scorecard_id, question_revision_id, position_number, (broken_rule is null)
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
        scorecard_id,
        question_id,
        question_revision_id,
        ---------- texts
        question_text,
        ---------- numerics
        position_number,
        score_minimum,
        score_maximum,
        ---------- booleans
        is_overall,
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
