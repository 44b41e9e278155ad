with

source as (
    select * from {{ source('halftime', 'expired') }}
    where load_id <= {{ var('loaded_until') }}
),

final as (
    select
        source_system,
        object,
        source_file,
        cast(expired_rows as bigint) as expired_row_count,
        cast(first_day as date) as first_date,
        expired_at,
        cast(retained_from as date) as retained_from_date,
        load_id as _load_id
    from source
)

select * from final
