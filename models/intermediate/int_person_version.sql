-- What a source said about a person's place in the organisation, and from when. The roster speaks
-- first, then a spreadsheet of people, then the CRM's users, each only if it says anything about
-- manager, team or region.
with

matched as (
    select * from {{ ref('int_person_matched') }}
),

role_names as (
    select
        user_role_id,
        role_name
    from {{ ref('stg_salesforce__user_role') }}
    where row_status = 'accepted'
),

versions as (
    select
        'people' as source_system,
        person_id as source_person_id,
        1 as precedence,
        manager_name as manager_alias,
        team_name,
        region,
        role,
        job_title,
        valid_from,
        cast(null as timestamp) as stamped_at,
        _source_file,
        _source_row
    from {{ ref('stg_people__roster') }}
    where row_status = 'accepted'

    union all

    select
        'tabular' as source_system,
        person_id as source_person_id,
        2 as precedence,
        manager_name as manager_alias,
        team_name,
        region,
        role,
        job_title,
        valid_from,
        cast(null as timestamp) as stamped_at,
        _source_file,
        _source_row
    from {{ ref('stg_tabular__person') }}
    where row_status = 'accepted'

    union all

    select
        'salesforce' as source_system,
        u.user_id as source_person_id,
        3 as precedence,
        u.manager_id as manager_alias,
        coalesce(r.role_name, u.department) as team_name,
        u.division as region,
        cast(null as {{ dbt.type_string() }}) as role,
        u.job_title,
        {{ reporting_date('u.version_at') }} as valid_from,
        u.version_at as stamped_at,
        u._source_file,
        u._source_row
    from {{ ref('stg_salesforce__user') }} as u
    left join role_names as r
        on u.user_role_id = r.user_role_id
    where
        u.row_status = 'accepted'
        or (u.row_status = 'superseded' and u.version_at is not null)
),

owned as (
    select
        v.*,
        m.person_id,
        max(
            case
                when coalesce(v.manager_alias, v.team_name, v.region, v.role) is not null then 1
                else 0
            end
        ) over (partition by m.person_id, v.precedence) as is_telling
    from versions as v
    inner join matched as m
        on v.source_system = m.source_system and v.source_person_id = m.source_person_id
),

-- One source and one of its records per person, so that two descriptions are never interleaved.
chosen as (
    select
        *,
        dense_rank() over (
            partition by person_id
            order by
                is_telling desc nulls last,
                precedence asc nulls last,
                source_person_id asc nulls last
        ) as choice
    from owned
),

dated as (
    select
        *,
        row_number() over (
            partition by person_id, valid_from
            order by stamped_at desc nulls last, _source_file desc, _source_row desc
        ) as recency
    from chosen
    where choice = 1
),

final as (
    select
        person_id,
        source_system,
        manager_alias,
        team_name,
        region,
        role,
        job_title,
        valid_from,
        row_number() over (
            partition by person_id
            order by valid_from asc nulls first
        ) as version_number,
        _source_file,
        _source_row
    from dated
    where recency = 1
)

select * from final
