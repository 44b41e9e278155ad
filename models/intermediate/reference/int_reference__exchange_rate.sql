with

rates as (
    select * from {{ ref('stg_reference__exchange_rate') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        currency_code,
        to_currency_code,
        valid_from,
        rate,
        _source_file,
        _source_row
    from rates
)

select * from final
