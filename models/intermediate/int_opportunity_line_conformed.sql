with

final as (
    {{ conformed('opportunity_line', {
        'source_system': 'text',
        'opportunity_line_id': 'text',
        'opportunity_id': 'text',
        'product_alias': 'text',
        'quantity': 'money',
        'unit_price_amount': 'money',
        'total_amount': 'money',
        'currency_code': 'text',
        'is_deleted': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
