with

source as (
    select * from {{ source('halftime', 'file') }}
    where load_id <= {{ var('loaded_until') }}
),

final as (
    select
        source_system,
        object,
        source_file,
        sha256 as file_hash,
        format as file_format,
        encoding as file_encoding,
        delimiter as file_delimiter,
        bytes as byte_count,
        source_rows as source_row_count,
        landed_rows as landed_row_count,
        status as file_status,
        reason_code,
        reason,
        landed_at,
        file_date,
        load_id as _load_id
    from source
)

select * from final
