with

versions as (
    select * from {{ ref('dim_org_version') }}
),

above as (
    select
        v.org_key,
        l.ancestor_id
    from versions as v
    inner join {{ ref('dim_reporting_line') }} as l
        on
            v.person_id = l.person_id
            and v.valid_from >= l.valid_from
            and v.valid_from < l.valid_to
),

final as (
    select
        org_key,
        'rep' as entity_type,
        person_id as entity_id
    from versions

    union all

    select
        org_key,
        'manager' as entity_type,
        manager_id as entity_id
    from versions

    union all

    select
        org_key,
        'manager_org' as entity_type,
        ancestor_id as entity_id
    from above

    union all

    select
        versions.org_key,
        'manager_org' as entity_type,
        '(unassigned)' as entity_id
    from versions
    left join above
        on versions.org_key = above.org_key
    where above.org_key is null

    union all

    select
        org_key,
        'team' as entity_type,
        team_id as entity_id
    from versions

    union all

    select
        org_key,
        'region' as entity_type,
        region as entity_id
    from versions

    union all

    select
        org_key,
        'company' as entity_type,
        'company' as entity_id
    from versions
)

select * from final
