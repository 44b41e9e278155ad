with

final as (
    {{ conformed('qualification', {
        'source_system': 'text',
        'opportunity_id': 'text',
        'change_id': 'text',
        'element': 'text',
        'is_filled': 'boolean',
        'changed_at': 'timestamp',
        'changed_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
