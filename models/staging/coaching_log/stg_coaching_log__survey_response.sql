with

source as (
    select * from {{ corrected('coaching_log', 'survey_response') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_respondent_code') }} as respondent_code,
        ---------- texts
        {{ clean_text('raw_respondent') }} as respondent_name,
        {{ mapped_value('raw_role', 'coaching_log', 'survey_response') }} as respondent_role,
        {{ mapped_value('raw_d1', 'coaching_log', 'survey_response') }} as d1_score,
        {{ mapped_value('raw_d2', 'coaching_log', 'survey_response') }} as d2_score,
        {{ mapped_value('raw_d3', 'coaching_log', 'survey_response') }} as d3_score,
        {{ mapped_value('raw_d4', 'coaching_log', 'survey_response') }} as d4_score,
        {{ mapped_value('raw_d5', 'coaching_log', 'survey_response') }} as d5_score,
        {{ mapped_value('raw_d6', 'coaching_log', 'survey_response') }} as d6_score,
        {{ mapped_value('raw_d7', 'coaching_log', 'survey_response') }} as d7_score,
        {{ mapped_value('raw_choice', 'coaching_log', 'survey_response') }} as choice_text,
        ---------- dates
        {{ to_date('raw_survey_date', 'coaching_log', 'survey_response') }} as survey_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'survey_response') }} as broken_rule
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
                coalesce(
                    respondent_code,
                    lower(respondent_name),
                    _source_file || ':' || cast(_source_row as {{ dbt.type_string() }})
                )
            )
        ) as survey_response_id,
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
            partition by survey_response_id, (broken_rule is null)
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
        survey_response_id,
        respondent_code,
        ---------- texts
        respondent_name,
        respondent_role,
        d1_score,
        d2_score,
        d3_score,
        d4_score,
        d5_score,
        d6_score,
        d7_score,
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
