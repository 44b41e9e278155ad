with

territories as (
    select * from {{ ref('stg_reference__territory') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        'reference:' || territory_id as territory_id,
        coalesce(territory_name, territory_id) as territory_name,
        parent_name as parent_alias,
        valid_from,
        valid_to,
        _source_file,
        _source_row
    from territories
)

select * from final
