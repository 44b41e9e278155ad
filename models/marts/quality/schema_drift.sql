with

columns_found as (
    select * from {{ ref('stg_halftime__column') }}
    where finding <> 'matched'
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
        _load_id as load_id
    from columns_found
)

select * from final
