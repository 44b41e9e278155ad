with

final as (
    select
        source_system as system,
        alias,
        person_id,
        valid_from,
        valid_to,
        how,
        confirmed_by,
        row_count
    from {{ ref('int_person_alias') }}
    where person_id is not null
)

select * from final
