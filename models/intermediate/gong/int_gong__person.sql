with

users as (
    select * from {{ ref('stg_gong__user') }}
    where row_status = 'accepted'
),

final as (
    select
        'gong' as source_system,
        user_id as source_person_id,
        nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as full_name,
        lower(email) as email,
        cast(null as {{ dbt.type_string() }}) as username,
        job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        _source_file,
        _source_row
    from users
)

select * from final
