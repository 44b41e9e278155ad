with

sellers as (
    select * from {{ ref('stg_sheetcrm__seller') }}
    where row_status = 'accepted'
),

final as (
    select
        'sheetcrm' as source_system,
        seller_id as source_person_id,
        full_name,
        email,
        cast(null as {{ dbt.type_string() }}) as username,
        cast(null as {{ dbt.type_string() }}) as job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        cast(null as boolean) as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        _source_file,
        _source_row
    from sellers
)

select * from final
