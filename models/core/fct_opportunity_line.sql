-- A line is worth what its deal is: at the rate of the closing day, while it is open at that of
-- as_of (R8).
with

clock as (
    select
        as_of_date,
        reporting_currency
    from {{ ref('dim_clock') }}
),

rates as (
    select * from {{ ref('dim_exchange_rate_day') }}
),

lines as (
    select * from {{ ref('int_opportunity_line_conformed') }}
),

opportunities as (
    select
        opportunity_id,
        case when is_closed then close_date end as closed_date
    from {{ ref('fct_opportunity') }}
),

product_aliases as (
    select * from {{ ref('int_product_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'opportunity_line'
),

converted as (
    select
        lines.*,
        clock.reporting_currency,
        r.rate,
        r.constant_rate,
        {{ converted('lines.total_amount', 'r.rate') }} as reporting_amount,
        {{ converted('lines.total_amount', 'r.constant_rate') }} as constant_rate_amount
    from lines
    cross join clock
    inner join opportunities as o
        on lines.opportunity_id = o.opportunity_id
    left join rates as r
        on
            lines.currency_code = r.currency_code
            and least(coalesce(o.closed_date, clock.as_of_date), clock.as_of_date) = r.date_day
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
        lines.reporting_amount,
        lines.constant_rate_amount,
        lines.reporting_currency as reporting_currency_code,
        {{ currency_reason(
            'lines.total_amount', 'lines.rate', 'lines.constant_rate', 'lines.reporting_amount',
            'lines.constant_rate_amount'
        ) }} as currency_reason_code,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        lines.source_system,
        lines._source_file,
        lines._source_row
    from converted as lines
    left join flags
        on lines.opportunity_line_id = flags.record_key
    left join product_aliases as p
        on lower(trim(lines.product_alias)) = p.alias_key
)

select * from final
