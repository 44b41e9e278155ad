with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

people as (
    select * from {{ ref('int_person_described') }}
),

history as (
    select * from {{ ref('dim_person_history') }}
),

managing as (
    select h.manager_id
    from history as h
    inner join clock
        on h.valid_from <= clock.as_of_date and h.valid_to > clock.as_of_date
    where h.manager_id <> '(unassigned)'
    group by h.manager_id
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'person'
),

final as (
    select
        p.person_id,
        p.full_name,
        p.email,
        h.role,
        p.job_title,
        p.hire_date,
        p.leave_date,
        p.time_zone,
        coalesce(p.hire_date <= clock.as_of_date, true)
        and coalesce(p.leave_date >= clock.as_of_date, true)
        and coalesce(p.is_active_flag = 1, true)
        and not coalesce(flags.is_deleted, false) as is_active,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        h.is_rep,
        h.role = 'manager' or managing.manager_id is not null as is_manager,
        h.manager_id,
        h.team_id,
        h.region,
        p.source_system,
        p._source_file,
        p._source_row
    from people as p
    cross join clock
    inner join history as h
        on
            p.person_id = h.person_id
            and clock.as_of_date >= h.valid_from
            and clock.as_of_date < h.valid_to
    left join managing
        on p.person_id = managing.manager_id
    left join flags
        on p.person_id = flags.record_key
)

select * from final
