with

source as (
    select * from {{ source('halftime', 'column') }}
    where load_id <= {{ var('loaded_until') }}
),

final as (
    select
        source_system,
        object,
        source_file,
        column_name,
        header,
        finding,
        detail,
        load_id as _load_id
    from source
)

select * from final
