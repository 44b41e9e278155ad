-- What a source said about a person's place in the organisation, and from when. The roster speaks
-- first, then a spreadsheet of people, then the CRM's users, each only if it says anything about
-- manager, team or region. Where a place ended before the next began, the person has none.
with

matched as (
    select * from {{ ref('int_person_matched') }}
),

versions as (
    select
        v.*,
        s.organisation_rank as precedence
    from {{ ref('int_person_version_conformed') }} as v
    inner join {{ ref('int_system') }} as s
        on v.source_system = s.source_system
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

followed as (
    select
        *,
        lead(valid_from) over (
            partition by person_id
            order by valid_from asc nulls first
        ) as next_from
    from dated
    where recency = 1
),

-- An end on the eve of the next row leaves no day between: some give the last day as the end.
places as (
    select
        person_id,
        source_system,
        manager_alias,
        team_name,
        region,
        role,
        job_title,
        valid_from,
        promotion_criterion_count,
        defined_criterion_count,
        _source_file,
        _source_row
    from followed

    union all

    select
        person_id,
        source_system,
        cast(null as {{ dbt.type_string() }}) as manager_alias,
        cast(null as {{ dbt.type_string() }}) as team_name,
        cast(null as {{ dbt.type_string() }}) as region,
        'other' as role,
        cast(null as {{ dbt.type_string() }}) as job_title,
        valid_to as valid_from,
        cast(null as integer) as promotion_criterion_count,
        cast(null as integer) as defined_criterion_count,
        _source_file,
        _source_row
    from followed
    where
        valid_to > coalesce(valid_from, cast('1900-01-01' as date))
        and (
            next_from is null
            or next_from > cast({{ dbt.dateadd('day', 1, 'valid_to') }} as date)
        )
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
        promotion_criterion_count,
        defined_criterion_count,
        row_number() over (
            partition by person_id
            order by valid_from asc nulls first
        ) as version_number,
        _source_file,
        _source_row
    from places
)

select * from final
