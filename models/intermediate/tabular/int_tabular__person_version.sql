with

rows_in_force as (
    select * from {{ ref('stg_tabular__person') }}
    where
        row_status = 'accepted'
        or (row_status = 'superseded' and valid_from is null and _file_date is not null)
),

final as (
    select
        'tabular' as source_system,
        person_id as source_person_id,
        manager_name as manager_alias,
        team_name,
        region,
        role,
        job_title,
        coalesce(valid_from, _file_date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as integer) as promotion_criterion_count,
        cast(null as integer) as defined_criterion_count,
        cast(null as timestamp) as stamped_at,
        _source_file,
        _source_row
    from rows_in_force
)

select * from final
