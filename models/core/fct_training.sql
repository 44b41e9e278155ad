-- So far the roster's certification; courses of a learning system join later.
with

people as (
    select * from {{ ref('int_person_described') }}
    where certified_date is not null
),

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

final as (
    select
        p.person_id || '|certification' as training_id,
        p.person_id,
        'Certification' as course_name,
        p.certified_date as completed_date,
        p.certification_expires_date as expires_date,
        p.source_system,
        p._source_file,
        p._source_row
    from people as p
    inner join clock
        on p.certified_date <= clock.as_of_date
)

select * from final
