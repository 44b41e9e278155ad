-- The team of each owner: the primary one, else the one that the user behind it belongs to first.
-- HubSpot keeps no history of teams and knows no managers.
with

owners as (
    select * from {{ ref('stg_hubspot__owner') }}
    where row_status = 'accepted' and coalesce(upper(owner_type), 'PERSON') <> 'QUEUE'
),

users as (
    select * from {{ ref('stg_hubspot__user') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

teams as (
    select * from {{ ref('stg_hubspot__team') }}
    where row_status = 'accepted'
),

behind as (
    select
        o.owner_id,
        u.user_id,
        u.primary_team_id,
        u.job_title,
        row_number() over (
            partition by o.owner_id
            order by case when o.user_id = u.user_id then 0 else 1 end asc, u.user_id asc
        ) as choice
    from owners as o
    inner join users as u
        on o.user_id = u.user_id or o.email = u.email
),

memberships as (
    select
        owner_id,
        team_id,
        case when is_primary then 1 else 4 end as precedence
    from {{ ref('stg_hubspot__owner_team') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)

    union all

    select
        owner_id,
        primary_team_id as team_id,
        2 as precedence
    from behind
    where choice = 1 and primary_team_id is not null

    union all

    select
        b.owner_id,
        t.team_id,
        case when t.is_secondary then 5 else 3 end as precedence
    from {{ ref('stg_hubspot__team_user') }} as t
    inner join behind as b
        on t.user_id = b.user_id and b.choice = 1
    where t.row_status = 'accepted' and not coalesce(t.is_deleted, false)
),

ranked as (
    select
        m.owner_id,
        t.team_name,
        row_number() over (
            partition by m.owner_id
            order by m.precedence asc, length(m.team_id) asc, m.team_id asc
        ) as choice
    from memberships as m
    inner join teams as t
        on m.team_id = t.team_id
),

final as (
    select
        'hubspot' as source_system,
        o.owner_id as source_person_id,
        cast(null as {{ dbt.type_string() }}) as manager_alias,
        coalesce(r.team_name, o.team_name) as team_name,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as role,
        b.job_title,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as integer) as promotion_criterion_count,
        cast(null as integer) as defined_criterion_count,
        o.version_at as stamped_at,
        o._source_file,
        o._source_row
    from owners as o
    left join ranked as r
        on o.owner_id = r.owner_id and r.choice = 1
    left join behind as b
        on o.owner_id = b.owner_id and b.choice = 1
)

select * from final
