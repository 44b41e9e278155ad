with

final as (
    {{ conformed('forecast', {
        'source_system': 'text',
        'forecast_id': 'text',
        'record_key': 'text',
        'person_alias': 'text',
        'period_start': 'date',
        'period_end': 'date',
        'submitted_date': 'date',
        'category': 'text',
        'amount': 'money',
        'currency_code': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
