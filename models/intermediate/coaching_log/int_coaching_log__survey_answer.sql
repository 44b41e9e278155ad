-- Answers one by one, and the answers of wide responses, one per dimension and one for the
-- definition picked.
with

answers as (
    select * from {{ ref('stg_coaching_log__survey_answer') }}
    where row_status = 'accepted'
),

responses as (
    select * from {{ ref('stg_coaching_log__survey_response') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || survey_answer_id as survey_answer_id,
        respondent_name as respondent_alias,
        coalesce(respondent_role, 'other') as respondent_role,
        survey_date,
        lower(question_code) as question_code,
        upper(dimension) as dimension,
        try_cast(answer_score as integer) as answer_score,
        answer_choice,
        _source_file,
        _source_row
    from answers
    where answer_score is not null or answer_choice is not null

    {% for question in ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7'] %}
        union all

        select
            'coaching_log' as source_system,
            'coaching_log:' || survey_response_id || '|{{ question }}' as survey_answer_id,
            respondent_name as respondent_alias,
            coalesce(respondent_role, 'other') as respondent_role,
            survey_date,
            '{{ question }}' as question_code,
            '{{ question | upper }}' as dimension,
            try_cast({{ question }}_score as integer) as answer_score,
            cast(null as {{ dbt.type_string() }}) as answer_choice,
            _source_file,
            _source_row
        from responses
        where {{ question }}_score is not null
    {% endfor %}

    union all

    select
        'coaching_log' as source_system,
        'coaching_log:' || survey_response_id || '|definition' as survey_answer_id,
        respondent_name as respondent_alias,
        coalesce(respondent_role, 'other') as respondent_role,
        survey_date,
        'definition' as question_code,
        cast(null as {{ dbt.type_string() }}) as dimension,
        cast(null as integer) as answer_score,
        answer_choice,
        _source_file,
        _source_row
    from responses
    where answer_choice is not null
)

select * from final
