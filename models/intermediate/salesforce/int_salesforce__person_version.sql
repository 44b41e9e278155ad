with

role_names as (
    select
        user_role_id,
        role_name
    from {{ ref('stg_salesforce__user_role') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        u.user_id as source_person_id,
        u.manager_id as manager_alias,
        coalesce(r.role_name, u.department) as team_name,
        u.division as region,
        cast(null as {{ dbt.type_string() }}) as role,
        u.job_title,
        {{ reporting_date('u.version_at') }} as valid_from,
        cast(null as date) as valid_to,
        cast(null as integer) as promotion_criterion_count,
        cast(null as integer) as defined_criterion_count,
        u.version_at as stamped_at,
        u._source_file,
        u._source_row
    from {{ ref('stg_salesforce__user') }} as u
    left join role_names as r
        on u.user_role_id = r.user_role_id
    where
        u.row_status = 'accepted'
        or (u.row_status = 'superseded' and u.version_at is not null)
)

select * from final
