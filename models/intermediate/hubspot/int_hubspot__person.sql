-- Owners, to whom records belong, and users who own nothing. An owner has the e-mail, title and
-- time zone of the user behind it where it has none itself.
with

owners as (
    select
        *,
        coalesce(
            full_name,
            nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
        ) as owner_name
    from {{ ref('stg_hubspot__owner') }}
    where row_status = 'accepted' and coalesce(upper(owner_type), 'PERSON') <> 'QUEUE'
),

users as (
    select
        *,
        nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as user_name
    from {{ ref('stg_hubspot__user') }}
    where row_status = 'accepted'
),

owned as (
    select
        o.owner_id,
        u.user_id,
        row_number() over (
            partition by o.owner_id
            order by case when o.user_id = u.user_id then 0 else 1 end asc, u.user_id asc
        ) as choice
    from owners as o
    inner join users as u
        on o.user_id = u.user_id or o.email = u.email
),

owning as (
    select user_id from owned
    group by user_id
),

final as (
    select
        'hubspot' as source_system,
        o.owner_id as source_person_id,
        coalesce(o.owner_name, u.user_name, o.email) as full_name,
        coalesce(o.email, u.email) as email,
        cast(null as {{ dbt.type_string() }}) as username,
        u.job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        u.time_zone,
        case
            when o.is_deleted or not o.is_active then false
            when o.is_active or not o.is_deleted then true
        end as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        o._source_file,
        o._source_row
    from owners as o
    left join owned as w
        on o.owner_id = w.owner_id and w.choice = 1
    left join users as u
        on w.user_id = u.user_id

    union all

    select
        'hubspot' as source_system,
        'user:' || u.user_id as source_person_id,
        coalesce(u.user_name, u.email) as full_name,
        u.email,
        cast(null as {{ dbt.type_string() }}) as username,
        u.job_title,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        u.time_zone,
        case when u.is_deleted then false when not u.is_deleted then true end as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        u._source_file,
        u._source_row
    from users as u
    left join owning as w
        on u.user_id = w.user_id
    where w.user_id is null
)

select * from final
