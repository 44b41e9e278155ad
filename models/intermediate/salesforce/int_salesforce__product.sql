with

products as (
    select * from {{ ref('stg_salesforce__product') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || product_id as product_id,
        product_id as source_product_id,
        coalesce(product_name, product_code, product_id) as product_name,
        lower(trim(coalesce(product_name, product_code, product_id))) as name_key,
        product_family,
        cast(null as decimal(18, 2)) as list_price_amount,
        _source_file,
        _source_row
    from products
)

select * from final
