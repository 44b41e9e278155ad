-- One row per person that a source describes, plus the managers whom a spreadsheet of people only
-- names.
with

roster as (
    select
        *,
        row_number() over (
            partition by person_id
            order by valid_from desc nulls last, _source_file desc, _source_row desc
        ) as recency
    from {{ ref('stg_people__roster') }}
    where row_status = 'accepted'
),

users as (
    select * from {{ ref('stg_salesforce__user') }}
    where row_status = 'accepted'
),

sheet as (
    select
        *,
        row_number() over (
            partition by person_id
            order by valid_from desc nulls last, _source_file desc, _source_row desc
        ) as recency
    from {{ ref('stg_tabular__person') }}
    where row_status = 'accepted'
),

described as (
    select
        'people' as source_system,
        person_id as source_person_id,
        full_name,
        email as email_key,
        cast(null as {{ dbt.type_string() }}) as username_key,
        job_title,
        hire_date,
        leave_date,
        time_zone,
        cast(null as boolean) as is_active,
        certified_date,
        certification_expires_date,
        false as is_only_named,
        _source_file,
        _source_row
    from roster
    where recency = 1

    union all

    select
        'salesforce' as source_system,
        user_id as source_person_id,
        coalesce(full_name, trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')))
            as full_name,
        email as email_key,
        lower(username) as username_key,
        job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        time_zone,
        is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        false as is_only_named,
        _source_file,
        _source_row
    from users

    union all

    select
        'tabular' as source_system,
        person_id as source_person_id,
        full_name,
        email as email_key,
        cast(null as {{ dbt.type_string() }}) as username_key,
        job_title,
        hire_date,
        leave_date,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        cast(null as boolean) as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        false as is_only_named,
        _source_file,
        _source_row
    from sheet
    where recency = 1
),

keyed as (
    select
        *,
        lower(replace(replace(full_name, '  ', ' '), '  ', ' ')) as name_key
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
    union
    select lower(replace(replace(alias, '  ', ' '), '  ', ' ')) as known_key
    from {{ ref('stg_people__alias') }}
    where row_status = 'accepted' and source_system = 'tabular'
),

managers as (
    select
        lower(replace(replace(manager_name, '  ', ' '), '  ', ' ')) as name_key,
        min(manager_name) as full_name,
        min(_source_file) as _source_file,
        min(_source_row) as _source_row
    from sheet
    where manager_name is not null
    group by lower(replace(replace(manager_name, '  ', ' '), '  ', ' '))
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
        time_zone,
        is_active,
        certified_date,
        certification_expires_date,
        is_only_named,
        _source_file,
        _source_row
    from keyed

    union all

    select
        'tabular' as source_system,
        managers.name_key as source_person_id,
        managers.full_name,
        managers.name_key,
        cast(null as {{ dbt.type_string() }}) as email_key,
        cast(null as {{ dbt.type_string() }}) as username_key,
        cast(null as {{ dbt.type_string() }}) as job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        cast(null as boolean) as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        true as is_only_named,
        managers._source_file,
        managers._source_row
    from managers
    left join known_keys
        on managers.name_key = known_keys.known_key
    where known_keys.known_key is null
)

select * from final
