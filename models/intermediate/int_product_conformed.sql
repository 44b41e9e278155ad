with

final as (
    {{ conformed('product', {
        'source_system': 'text',
        'product_id': 'text',
        'source_product_id': 'text',
        'product_name': 'text',
        'name_key': 'text',
        'product_family': 'text',
        'list_price_amount': 'money',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
