with

final as (
    select
        product_id,
        product_name,
        product_family,
        list_price_amount,
        _source_file,
        _source_row
    from {{ ref('int_product_named') }}
)

select * from final
