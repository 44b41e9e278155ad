with

final as (
    {{ conformed('opportunity_split', {
        'source_system': 'text',
        'opportunity_split_id': 'text',
        'opportunity_id': 'text',
        'person_alias': 'text',
        'split_type': 'text',
        'split_percent': 'money',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
