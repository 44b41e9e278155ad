with

final as (
    {{ conformed('quota', {
        'source_system': 'text',
        'quota_id': 'text',
        'record_key': 'text',
        'person_alias': 'text',
        'period_start': 'date',
        'period_end': 'date',
        'quota_amount': 'money',
        'currency_code': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
