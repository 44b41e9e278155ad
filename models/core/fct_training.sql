-- The roster's certifications, and the courses of learning systems, completed or not.
with

people as (
    select * from {{ ref('int_person_described') }}
    where certified_date is not null
),

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

courses as (
    select
        *,
        coalesce(completed_date, assigned_date) as known_date
    from {{ ref('int_training_conformed') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'training'
),

final as (
    select
        p.person_id || '|certification' as training_id,
        p.person_id,
        cast(null as {{ dbt.type_string() }}) as course_id,
        'Certification' as course_name,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as date) as assigned_date,
        p.certified_date as completed_date,
        p.certification_expires_date as expires_date,
        cast(null as decimal(18, 2)) as score_percent,
        'completed' as status,
        false as is_deleted,
        cast(null as date) as deleted_date,
        false as has_rejected_newer_version,
        p.source_system,
        p._source_file,
        p._source_row
    from people as p
    inner join clock
        on p.certified_date <= clock.as_of_date

    union all

    select
        c.training_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        c.course_id,
        c.course_name,
        c.skill,
        c.assigned_date,
        case when c.completed_date <= clock.as_of_date then c.completed_date end as completed_date,
        case when c.completed_date <= clock.as_of_date then c.expires_date end as expires_date,
        case when c.completed_date <= clock.as_of_date then c.score_percent end as score_percent,
        case when c.completed_date > clock.as_of_date then 'assigned' else c.status end as status,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        c.source_system,
        c._source_file,
        c._source_row
    from courses as c
    inner join clock
        on coalesce(c.assigned_date, c.completed_date, clock.as_of_date) <= clock.as_of_date
    left join flags
        on c.record_key = flags.record_key
    left join aliases as a
        on
            c.source_system = a.source_system
            and c.person_alias = a.alias
            and coalesce(c.known_date, cast('9999-12-30' as date)) >= a.valid_from
            and coalesce(c.known_date, cast('9999-12-30' as date)) < a.valid_to
)

select * from final
