-- Coachees named on the session itself and those on the attendee list.
with

sessions as (
    select * from {{ ref('int_session_conformed') }}
),

attendees as (
    select * from {{ ref('int_attendee_conformed') }}
),

final as (
    select
        source_system,
        session_id,
        coachee_alias,
        cast(null as integer) as minutes,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as decimal(6, 2)) as score,
        true as is_present,
        false as is_listed,
        cast(null as integer) as list_place,
        _source_file,
        _source_row
    from sessions
    where coachee_alias is not null

    union all

    select
        source_system,
        session_id,
        coachee_alias,
        minutes,
        skill,
        score,
        is_present,
        is_listed,
        list_place,
        _source_file,
        _source_row
    from attendees
)

select * from final
