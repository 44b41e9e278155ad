with

assignments as (
    select * from {{ ref('stg_reference__territory_account') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        territory_id as territory_alias,
        account_name as account_alias,
        is_target,
        valid_from,
        valid_to,
        _source_file,
        _source_row
    from assignments
)

select * from final
