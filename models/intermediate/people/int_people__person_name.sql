-- Names that the roster's older rows give a person.
with

roster as (
    select * from {{ ref('stg_people__roster') }}
    where row_status = 'accepted'
),

final as (
    select
        'people' as source_system,
        person_id as source_person_id,
        'name' as name_kind,
        full_name as name_text,
        min(_source_file) as _source_file,
        min(_source_row) as _source_row
    from roster
    group by person_id, full_name
)

select * from final
