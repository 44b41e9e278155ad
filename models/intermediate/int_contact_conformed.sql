with

final as (
    {{ conformed('contact', {
        'source_system': 'text',
        'contact_id': 'text',
        'account_alias': 'text',
        'owner_alias': 'text',
        'job_title': 'text',
        'job_level': 'text',
        'is_deleted': 'boolean',
        'created_date': 'date',
        'merged_into_alias': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
