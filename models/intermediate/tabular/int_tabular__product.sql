with

products as (
    select * from {{ ref('stg_tabular__product') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || product_id as product_id,
        product_id as source_product_id,
        product_name,
        lower(product_name) as name_key,
        product_family,
        list_price_amount,
        _source_file,
        _source_row
    from products
)

select * from final
