with

final as (
    {{ conformed('skill_score', {
        'source_system': 'text',
        'skill_score_id': 'text',
        'session_alias': 'text',
        'call_alias': 'text',
        'person_alias': 'text',
        'scorer_alias': 'text',
        'skill': 'text',
        'score': 'decimal(6, 2)',
        'score_maximum': 'decimal(6, 2)',
        'scored_date': 'date',
        'is_machine_score': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
