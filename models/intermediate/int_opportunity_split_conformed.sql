with

final as (
    {{ conformed('opportunity_split', {
        'source_system': 'text',
        'opportunity_split_id': 'text',
        'opportunity_id': 'text',
        'person_alias': 'text',
        'split_type': 'text',
        'split_percent': 'money',
        'created_date': 'date',
        'stamped_at': 'timestamp',
        'stamped_date': 'date',
        'is_deleted': 'boolean',
        'row_status': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
        '_load_id': 'bigint',
    }) }}
)

select * from final
