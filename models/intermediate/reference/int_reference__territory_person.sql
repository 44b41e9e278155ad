with

assignments as (
    select * from {{ ref('stg_reference__territory_person') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        territory_id as territory_alias,
        person_name as person_alias,
        valid_from,
        valid_to,
        _source_file,
        _source_row
    from assignments
)

select * from final
