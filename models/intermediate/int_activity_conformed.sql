with

final as (
    {{ conformed('activity', {
        'source_system': 'text',
        'activity_id': 'text',
        'type_text': 'text',
        'type_default': 'text',
        'owner_alias': 'text',
        'opportunity_alias': 'text',
        'account_alias': 'text',
        'contact_alias': 'text',
        'direction': 'text',
        'activity_date': 'date',
        'occurred_at': 'timestamp',
        'duration_minutes': 'integer',
        'is_completed': 'boolean',
        'created_date': 'date',
        'modified_date': 'date',
        'is_deleted': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
