with

final as (
    {{ conformed('survey_answer', {
        'source_system': 'text',
        'survey_answer_id': 'text',
        'respondent_alias': 'text',
        'respondent_role': 'text',
        'survey_date': 'date',
        'question_code': 'text',
        'dimension': 'text',
        'answer_score': 'integer',
        'answer_choice': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
