with

source as (
    select * from {{ corrected('coaching_log', 'survey_answer') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_respondent_code') }} as respondent_code,
        ---------- texts
        {{ clean_text('raw_respondent') }} as respondent_name,
        {{ mapped_value('raw_role', 'coaching_log', 'survey_answer') }} as respondent_role,
        {{ mapped_value('raw_question', 'coaching_log', 'survey_answer') }} as question_code,
        {{ mapped_value('raw_dimension', 'coaching_log', 'survey_answer') }} as dimension,
        {{ mapped_value('raw_answer', 'coaching_log', 'survey_answer') }} as answer_score,
        {{ mapped_value('raw_choice', 'coaching_log', 'survey_answer') }} as choice_text,
        ---------- dates
        {{ to_date('raw_survey_date', 'coaching_log', 'survey_answer') }} as survey_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'survey_answer') }} as broken_rule
    from typed
),

-- A person answers a question once a day; of an answer without a name the row is all there is.
identified as (
    select
        *,
        md5(
            concat_ws(
                '|',
                coalesce(cast(survey_date as {{ dbt.type_string() }}), ''),
                coalesce(lower(question_code), ''),
                coalesce(
                    respondent_code,
                    lower(respondent_name),
                    _source_file || ':' || cast(_source_row as {{ dbt.type_string() }})
                )
            )
        ) as survey_answer_id,
        case
            when lower(choice_text) = 'official' then 'official'
            when choice_text is not null then 'choice-' || left(md5(lower(choice_text)), 8)
        end as answer_choice
    from judged
),

ranked as (
    select
        *,
        row_number() over (
            partition by survey_answer_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from identified
),

final as (
    select
        ---------- ids
        survey_answer_id,
        respondent_code,
        ---------- texts
        respondent_name,
        respondent_role,
        question_code,
        dimension,
        answer_score,
        choice_text,
        answer_choice,
        ---------- dates
        survey_date,
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
