with

final as (
    {{ conformed('lead', {
        'source_system': 'text',
        'lead_id': 'text',
        'owner_alias': 'text',
        'status': 'text',
        'lead_source': 'text',
        'is_converted': 'boolean',
        'converted_date': 'date',
        'converted_opportunity_alias': 'text',
        'is_deleted': 'boolean',
        'created_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
