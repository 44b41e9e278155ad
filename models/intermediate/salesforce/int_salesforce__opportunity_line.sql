with

lines as (
    select * from {{ ref('stg_salesforce__opportunity_line_item') }}
    where row_status = 'accepted'
),

-- A line bears no currency of its own where the organisation has one: it is its deal's.
deals as (
    select
        opportunity_id,
        currency_code
    from {{ ref('stg_salesforce__opportunity') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || lines.opportunity_line_item_id as opportunity_line_id,
        'salesforce:' || lines.opportunity_id as opportunity_id,
        coalesce(lines.product_id, lines.product_name, lines.product_code) as product_alias,
        lines.quantity,
        lines.unit_price_amount,
        lines.total_amount,
        upper(coalesce(
            lines.currency_code, deals.currency_code, '{{ var("reporting_currency") }}'
        )) as currency_code,
        coalesce(lines.is_deleted, false) as is_deleted,
        lines._source_file,
        lines._source_row
    from lines
    left join deals
        on lines.opportunity_id = deals.opportunity_id
)

select * from final
