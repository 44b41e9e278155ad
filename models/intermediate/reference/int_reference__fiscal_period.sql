with

periods as (
    select * from {{ ref('stg_reference__fiscal_period') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        fiscal_year,
        period_type,
        period_number,
        period_start,
        period_end,
        period_label,
        _source_file,
        _source_row
    from periods
)

select * from final
