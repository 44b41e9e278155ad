with

attendees as (
    select * from {{ ref('stg_coaching_log__attendee') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
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
