-- Coachees named on the session itself and those on the attendee list.
with

sessions as (
    select * from {{ ref('int_coaching_session_conformed') }}
),

attendees as (
    select * from {{ ref('stg_coaching_log__attendee') }}
    where row_status = 'accepted'
),

final as (
    select
        session_id,
        coachee_alias,
        cast(null as integer) as minutes,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as decimal(6, 2)) as score,
        true as is_present,
        false as is_listed,
        _source_file,
        _source_row
    from sessions
    where coachee_alias is not null

    union all

    select
        'coaching_log:' || session_id as session_id,
        coachee_name as coachee_alias,
        cast(attended_minutes as integer) as minutes,
        skill,
        cast(score as decimal(6, 2)) as score,
        coalesce(is_attended, true) as is_present,
        true as is_listed,
        _source_file,
        _source_row
    from attendees
)

select * from final
