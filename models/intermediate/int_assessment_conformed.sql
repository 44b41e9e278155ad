with

final as (
    {{ conformed('assessment', {
        'source_system': 'text',
        'assessment_id': 'text',
        'person_alias': 'text',
        'course_id': 'text',
        'skill': 'text',
        'attempt_number': 'integer',
        'taken_at': 'timestamp',
        'taken_date': 'date',
        'score_percent': 'decimal(18, 2)',
        'days_since_training': 'integer',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
