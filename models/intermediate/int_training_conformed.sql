with

final as (
    {{ conformed('training', {
        'source_system': 'text',
        'training_id': 'text',
        'record_key': 'text',
        'person_alias': 'text',
        'course_id': 'text',
        'course_name': 'text',
        'skill': 'text',
        'assigned_date': 'date',
        'completed_date': 'date',
        'expires_date': 'date',
        'score_percent': 'decimal(18, 2)',
        'status': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
