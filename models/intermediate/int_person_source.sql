-- One row per person that a source describes, plus the managers whom the sheet of a sales team only
-- names.
with

systems as (
    select * from {{ ref('int_system') }}
),

described as (
    select
        p.*,
        s.identity_rank as system_rank,
        s.is_team_sheet
    from {{ ref('int_person_conformed') }} as p
    inner join systems as s
        on p.source_system = s.source_system
),

keyed as (
    select
        *,
        email as email_key,
        username as username_key,
        lower(replace(replace(full_name, '  ', ' '), '  ', ' ')) as name_key,
        false as is_only_named
    from described
),

known_keys as (
    select lower(source_person_id) as known_key from keyed
    union
    select email_key as known_key from keyed
    where email_key is not null
    union
    select username_key as known_key from keyed
    where username_key is not null
    union
    select name_key as known_key from keyed
    where name_key is not null
),

known_aliases as (
    select
        source_system,
        lower(replace(replace(alias, '  ', ' '), '  ', ' ')) as known_key
    from {{ ref('int_person_map_conformed') }}
    group by source_system, lower(replace(replace(alias, '  ', ' '), '  ', ' '))
),

managers as (
    select
        v.source_system,
        s.identity_rank as system_rank,
        lower(replace(replace(v.manager_alias, '  ', ' '), '  ', ' ')) as name_key,
        min(v.manager_alias) as full_name,
        min(v._source_file) as _source_file,
        min(v._source_row) as _source_row
    from {{ ref('int_person_version_conformed') }} as v
    inner join systems as s
        on v.source_system = s.source_system
    where v.manager_alias is not null and s.is_team_sheet
    group by
        v.source_system,
        s.identity_rank,
        lower(replace(replace(v.manager_alias, '  ', ' '), '  ', ' '))
),

final as (
    select
        source_system,
        source_person_id,
        full_name,
        name_key,
        email_key,
        username_key,
        job_title,
        hire_date,
        leave_date,
        leave_reason,
        time_zone,
        is_active,
        certified_date,
        certification_expires_date,
        is_only_named,
        is_team_sheet,
        system_rank,
        _source_file,
        _source_row
    from keyed

    union all

    select
        managers.source_system,
        managers.name_key as source_person_id,
        managers.full_name,
        managers.name_key,
        cast(null as {{ dbt.type_string() }}) as email_key,
        cast(null as {{ dbt.type_string() }}) as username_key,
        cast(null as {{ dbt.type_string() }}) as job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        cast(null as boolean) as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        true as is_only_named,
        true as is_team_sheet,
        managers.system_rank,
        managers._source_file,
        managers._source_row
    from managers
    left join known_keys
        on managers.name_key = known_keys.known_key
    left join known_aliases
        on
            managers.source_system = known_aliases.source_system
            and managers.name_key = known_aliases.known_key
    where known_keys.known_key is null and known_aliases.known_key is null
)

select * from final
