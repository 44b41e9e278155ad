with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

final as (
    select
        t.assessment_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        t.course_id,
        t.skill,
        t.attempt_number,
        t.taken_at,
        t.taken_date,
        t.score_percent,
        t.days_since_training,
        t.source_system,
        t._source_file,
        t._source_row
    from {{ ref('int_assessment_conformed') }} as t
    inner join clock
        on t.taken_date <= clock.as_of_date
    left join aliases as a
        on
            t.source_system = a.source_system
            and t.person_alias = a.alias
            and t.taken_date >= a.valid_from
            and t.taken_date < a.valid_to
)

select * from final
