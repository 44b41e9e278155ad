with

lines as (
    select * from {{ ref('int_opportunity_line_conformed') }}
),

opportunities as (
    select opportunity_id from {{ ref('fct_opportunity') }}
),

product_aliases as (
    select * from {{ ref('int_product_alias') }}
),

final as (
    select
        lines.opportunity_line_id,
        lines.opportunity_id,
        p.product_id,
        lines.quantity,
        lines.unit_price_amount,
        lines.total_amount,
        lines.currency_code,
        lines.is_deleted,
        lines.source_system,
        lines._source_file,
        lines._source_row
    from lines
    inner join opportunities as o
        on lines.opportunity_id = o.opportunity_id
    left join product_aliases as p
        on lower(trim(lines.product_alias)) = p.alias_key
)

select * from final
