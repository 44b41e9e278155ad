with

final as (
    {{ conformed('exchange_rate', {
        'source_system': 'text',
        'currency_code': 'text',
        'to_currency_code': 'text',
        'valid_from': 'date',
        'rate': 'decimal(18, 8)',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
