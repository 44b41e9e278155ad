with

files as (
    select * from {{ ref('stg_halftime__file') }}
),

final as (
    select
        coalesce(source_system, '(unknown)') as source_system,
        coalesce(object, '(unknown)') as object,
        source_file,
        file_hash,
        file_format,
        file_encoding,
        file_delimiter,
        cast(byte_count as bigint) as byte_count,
        cast(source_row_count as bigint) as source_rows,
        cast(landed_row_count as bigint) as landed_rows,
        file_status,
        reason_code,
        reason,
        _load_id as load_id,
        landed_at
    from files
)

select * from final
