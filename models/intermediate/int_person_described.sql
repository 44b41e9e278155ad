-- One row per canonical person; what the system believed first does not say is taken from the
-- others.
with

records as (
    select
        s.*,
        m.person_id,
        m.system_rank
    from {{ ref('int_person_source') }} as s
    inner join {{ ref('int_person_matched') }} as m
        on s.source_system = m.source_system and s.source_person_id = m.source_person_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                case when person_id = source_system || ':' || source_person_id then 0 else 1 end,
                system_rank asc nulls last,
                source_person_id asc nulls last
        ) as choice
    from records
),

final as (
    select
        person_id,
        min(case when choice = 1 then source_system end) as source_system,
        min(case when choice = 1 then source_person_id end) as source_person_id,
        min(case when choice = 1 then full_name end) as full_name,
        min(case when choice = 1 then name_key end) as name_key,
        coalesce(min(case when choice = 1 then email_key end), min(email_key)) as email,
        coalesce(min(case when choice = 1 then job_title end), min(job_title)) as job_title,
        coalesce(min(case when choice = 1 then hire_date end), min(hire_date)) as hire_date,
        coalesce(min(case when choice = 1 then leave_date end), max(leave_date)) as leave_date,
        coalesce(min(case when choice = 1 then time_zone end), min(time_zone)) as time_zone,
        min(case when choice = 1 then certified_date end) as certified_date,
        min(case when choice = 1 then certification_expires_date end) as certification_expires_date,
        -- The roster is the system that is believed first.
        max(case when system_rank = 1 then 1 else 0 end) = 1 as is_on_roster,
        max(case when is_team_sheet and not is_only_named then 1 else 0 end) = 1
            as is_on_sheet,
        max(case when is_only_named then 1 else 0 end) = 1 as is_named_as_manager,
        min(case when choice = 1 then _source_file end) as _source_file,
        min(case when choice = 1 then _source_row end) as _source_row
    from ranked
    group by person_id
)

select * from final
