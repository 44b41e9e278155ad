with

final as (
    {{ conformed('action', {
        'source_system': 'text',
        'action_id': 'text',
        'session_id': 'text',
        'owner_alias': 'text',
        'author_alias': 'text',
        'created_date': 'date',
        'first_due_date': 'date',
        'due_date': 'date',
        'completed_date': 'date',
        'status': 'text',
        'is_completion_dated': 'boolean',
        'is_ownership_told': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
