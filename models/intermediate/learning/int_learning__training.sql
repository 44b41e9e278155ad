with

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

enrolments as (
    select * from {{ ref('stg_learning__enrolment') }}
    where row_status = 'accepted'
),

final as (
    select
        'learning' as source_system,
        'learning:' || coalesce(
            e.enrolment_id,
            e.person_name || '|' || e.course_name
            || coalesce('|' || cast(e.assigned_date as {{ dbt.type_string() }}), '')
        ) as training_id,
        'learning:' || e.person_name
        || '|' || coalesce(e.course_name, '')
        || '|' || coalesce(cast(e.assigned_date as {{ dbt.type_string() }}), '') as record_key,
        e.person_name as person_alias,
        coalesce(by_id.course_id, by_name.course_id, e.course_name) as course_id,
        coalesce(by_id.course_name, named.course_name, e.course_name) as course_name,
        coalesce(e.skill, by_id.skill, named.skill) as skill,
        e.assigned_date,
        e.completed_date,
        coalesce(
            e.expires_date,
            cast(
                {{ dbt.dateadd(
                    'day', 'coalesce(by_id.valid_days, named.valid_days)', 'e.completed_date'
                ) }} as date
            )
        ) as expires_date,
        e.score_percent,
        coalesce(
            e.status, case when e.completed_date is not null then 'completed' else 'assigned' end
        ) as status,
        e._source_file,
        e._source_row
    from enrolments as e
    left join courses as by_id
        on e.course_name = by_id.course_id
    left join course_names as by_name
        on lower(e.course_name) = by_name.name_key
    left join courses as named
        on by_name.course_id = named.course_id
)

select * from final
