with

rows_in_force as (
    select * from {{ ref('stg_people__roster') }}
    where row_status = 'accepted'
),

final as (
    select
        'people' as source_system,
        person_id as source_person_id,
        manager_name as manager_alias,
        team_name,
        region,
        role,
        job_title,
        valid_from,
        valid_to,
        promotion_criterion_count,
        defined_criterion_count,
        cast(null as timestamp) as stamped_at,
        _source_file,
        _source_row
    from rows_in_force
)

select * from final
