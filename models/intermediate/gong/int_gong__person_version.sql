-- Gong knows today's manager only; where no other source says more, that holds for all time.
with

final as (
    select
        'gong' as source_system,
        user_id as source_person_id,
        manager_id as manager_alias,
        cast(null as {{ dbt.type_string() }}) as team_name,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as role,
        job_title,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as integer) as promotion_criterion_count,
        cast(null as integer) as defined_criterion_count,
        created_at as stamped_at,
        _source_file,
        _source_row
    from {{ ref('stg_gong__user') }}
    where row_status = 'accepted'
)

select * from final
