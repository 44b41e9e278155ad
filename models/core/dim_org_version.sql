-- Intervals in which a person's manager, team, region, role and the whole line above stay the same:
-- the one key that a fact needs in order to be added up for anybody.
with

history as (
    select * from {{ ref('dim_person_history') }}
),

lines as (
    select * from {{ ref('dim_reporting_line') }}
),

breakpoints as (
    select
        person_id,
        valid_from
    from history
    union
    select
        person_id,
        valid_from
    from lines
    union
    select
        person_id,
        valid_to as valid_from
    from lines
    where valid_to < cast('9999-12-31' as date)
),

intervals as (
    select
        person_id,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by person_id
                order by valid_from asc nulls last
            ),
            cast('9999-12-31' as date)
        ) as valid_to
    from breakpoints
),

final as (
    select
        i.person_id || '@' || cast(i.valid_from as {{ dbt.type_string() }}) as org_key,
        i.person_id,
        h.manager_id,
        h.team_id,
        h.region,
        h.is_rep,
        i.valid_from,
        i.valid_to
    from intervals as i
    inner join history as h
        on
            i.person_id = h.person_id
            and i.valid_from >= h.valid_from
            and i.valid_from < h.valid_to

    union all

    select
        '(unassigned)@1900-01-01' as org_key,
        '(unassigned)' as person_id,
        '(unassigned)' as manager_id,
        '(unassigned)' as team_id,
        '(unassigned)' as region,
        false as is_rep,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
)

select * from final
