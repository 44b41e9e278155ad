with

territories as (
    select * from {{ ref('stg_salesforce__territory') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || territory_id as territory_id,
        territory_name,
        parent_territory_id as parent_alias,
        {{ reporting_date('created_at') }} as valid_from,
        cast(null as date) as valid_to,
        _source_file,
        _source_row
    from territories
)

select * from final
