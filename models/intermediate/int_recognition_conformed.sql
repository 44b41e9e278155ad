with

final as (
    {{ conformed('recognition', {
        'source_system': 'text',
        'recognition_id': 'text',
        'award_date': 'date',
        'recipient_alias': 'text',
        'given_by_alias': 'text',
        'award_name': 'text',
        'cites_coaching': 'boolean',
        'is_attempt': 'boolean',
        'opportunity_alias': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
