with

people as (
    select * from {{ ref('int_person_described') }}
),

versions as (
    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as known_from
    from {{ ref('int_person_version') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

-- A manager is looked up on the day the line began; where the source gives none, on the person's
-- first day.
placed as (
    select
        people.person_id,
        coalesce(v.known_from, cast('1900-01-01' as date)) as known_from,
        case
            when a.person_id is null or a.person_id = people.person_id then '(unassigned)'
            else a.person_id
        end as manager_id,
        coalesce(v.team_name, '(unassigned)') as team_id,
        coalesce(v.region, '(unassigned)') as region,
        v.role,
        v.promotion_criterion_count,
        v.defined_criterion_count
    from people
    left join versions as v
        on people.person_id = v.person_id
    left join aliases as a
        on
            v.source_system = a.source_system
            and v.manager_alias = a.alias
            and coalesce(v.valid_from, people.hire_date, cast('9999-12-30' as date)) >= a.valid_from
            and coalesce(v.valid_from, people.hire_date, cast('9999-12-30' as date)) < a.valid_to
),

managing as (
    select manager_id from placed
    where manager_id <> '(unassigned)'
    group by manager_id
),

selling as (
    select person_id from aliases
    where person_id is not null and is_selling_reference
    group by person_id
),

judged as (
    select
        placed.person_id,
        placed.known_from,
        placed.manager_id,
        placed.team_id,
        placed.region,
        coalesce(
            placed.role,
            case
                when managing.manager_id is not null or people.is_named_as_manager then 'manager'
                when people.is_on_sheet or selling.person_id is not null then 'rep'
                else 'other'
            end
        ) as role,
        placed.promotion_criterion_count,
        placed.defined_criterion_count
    from placed
    inner join people
        on placed.person_id = people.person_id
    left join managing
        on placed.person_id = managing.manager_id
    left join selling
        on placed.person_id = selling.person_id
),

compared as (
    select
        *,
        lag(manager_id || '|' || team_id || '|' || region || '|' || role) over (
            partition by person_id
            order by known_from asc nulls last
        ) as previous_place
    from judged
),

changed as (
    select * from compared
    where
        previous_place is null
        or previous_place <> manager_id || '|' || team_id || '|' || region || '|' || role
),

numbered as (
    select
        *,
        row_number() over (
            partition by person_id
            order by known_from asc nulls last
        ) as place_number,
        lead(known_from) over (
            partition by person_id
            order by known_from asc nulls last
        ) as next_from
    from changed
),

final as (
    select
        person_id,
        manager_id,
        team_id,
        region,
        role,
        role = 'rep' as is_rep,
        promotion_criterion_count,
        defined_criterion_count,
        case
            when place_number = 1 then cast('1900-01-01' as date)
            else known_from
        end as valid_from,
        coalesce(next_from, cast('9999-12-31' as date)) as valid_to
    from numbered
)

select * from final
