-- By which texts (lower case) a product is known: its name, else its id.
with

products as (
    select * from {{ ref('int_product_named') }}
),

candidates as (
    select
        name_key as alias_key,
        product_id,
        1 as precedence
    from products

    union all

    select
        lower(source_product_id) as alias_key,
        product_id,
        2 as precedence
    from products
    where source_product_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by alias_key
            order by precedence asc nulls last, product_id asc nulls last
        ) as choice
    from candidates
),

final as (
    select
        alias_key,
        product_id
    from ranked
    where choice = 1
)

select * from final
