-- Products of the product list, and those that only deals name. A name is one product in all
-- systems.
with

listed as (
    select
        product_id,
        source_product_id,
        product_name,
        name_key,
        product_family,
        list_price_amount,
        _source_file,
        _source_row,
        1 as precedence
    from {{ ref('int_product_conformed') }}
),

named as (
    select
        source_system,
        lower(trim(product_alias)) as name_key,
        min(trim(product_alias)) as product_name
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted' and product_alias is not null
    group by source_system, lower(trim(product_alias))
),

unlisted as (
    select
        named.source_system || ':' || named.product_name as product_id,
        cast(null as {{ dbt.type_string() }}) as source_product_id,
        named.product_name,
        named.name_key,
        cast(null as {{ dbt.type_string() }}) as product_family,
        cast(null as decimal(18, 2)) as list_price_amount,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as bigint) as _source_row,
        2 as precedence
    from named
    left join listed as by_name
        on named.name_key = by_name.name_key
    left join listed as by_id
        on named.name_key = lower(by_id.source_product_id)
    where by_name.name_key is null and by_id.name_key is null
),

candidates as (
    select * from listed
    union all
    select * from unlisted
),

ranked as (
    select
        *,
        row_number() over (
            partition by name_key
            order by precedence asc nulls last, product_id asc nulls last
        ) as choice
    from candidates
),

final as (
    select
        product_id,
        source_product_id,
        product_name,
        name_key,
        product_family,
        list_price_amount,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
