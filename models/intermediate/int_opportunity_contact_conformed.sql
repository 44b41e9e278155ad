with

final as (
    {{ conformed('opportunity_contact', {
        'source_system': 'text',
        'record_key': 'text',
        'opportunity_id': 'text',
        'contact_alias': 'text',
        'contact_role': 'text',
        'is_primary': 'boolean',
        'created_date': 'date',
        'is_deleted': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
