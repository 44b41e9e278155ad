-- The day of the training is that of the last completion of the same course before the attempt.
with

trainings as (
    select
        person_alias,
        course_id,
        completed_date
    from {{ ref('int_learning__training') }}
    where completed_date is not null
),

courses as (
    select * from {{ ref('stg_learning__course') }}
    where row_status = 'accepted'
),

course_names as (
    select
        lower(course_name) as name_key,
        min(course_id) as course_id
    from courses
    where course_name is not null
    group by lower(course_name)
    having count(*) = 1
),

attempts as (
    select
        a.*,
        coalesce(by_id.course_id, by_name.course_id, a.course_name) as course_id,
        coalesce(a.skill, by_id.skill, named.skill) as known_skill,
        {{ reporting_date('a.taken_at') }} as taken_date
    from {{ ref('stg_learning__assessment') }} as a
    left join courses as by_id
        on a.course_name = by_id.course_id
    left join course_names as by_name
        on lower(a.course_name) = by_name.name_key
    left join courses as named
        on by_name.course_id = named.course_id
    where a.row_status = 'accepted'
),

trained as (
    select
        a.person_name,
        a.course_id,
        a.taken_at,
        max(t.completed_date) as completed_date
    from attempts as a
    inner join trainings as t
        on
            a.person_name = t.person_alias
            and a.course_id = t.course_id
            and a.taken_date >= t.completed_date
    group by a.person_name, a.course_id, a.taken_at
),

final as (
    select
        'learning' as source_system,
        'learning:' || coalesce(
            a.assessment_id,
            a.person_name || '|' || a.course_name
            || '|' || cast(a.taken_at as {{ dbt.type_string() }})
            || coalesce('|' || cast(a.attempt_number as {{ dbt.type_string() }}), '')
        ) as assessment_id,
        a.person_name as person_alias,
        a.course_id,
        a.known_skill as skill,
        coalesce(
            a.attempt_number,
            cast(
                row_number() over (
                    partition by a.person_name, a.course_id
                    order by a.taken_at asc nulls last, a._source_file asc, a._source_row asc
                ) as integer
            )
        ) as attempt_number,
        a.taken_at,
        a.taken_date,
        a.score_percent,
        cast({{ dbt.datediff('t.completed_date', 'a.taken_date', 'day') }} as integer)
            as days_since_training,
        a._source_file,
        a._source_row
    from attempts as a
    left join trained as t
        on
            a.person_name = t.person_name
            and a.course_id = t.course_id
            and a.taken_at = t.taken_at
)

select * from final
