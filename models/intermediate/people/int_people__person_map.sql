with

aliases as (
    select * from {{ ref('stg_people__alias') }}
    where row_status = 'accepted'
),

final as (
    select
        source_system,
        alias,
        person_name,
        confirmed_by,
        valid_from,
        _source_file,
        _source_row
    from aliases
)

select * from final
