-- Meetings in force. When a newer file brings a series again, occurrences that only older files
-- know are gone: taken out of the series, or moved.
with

series as (
    select
        uid,
        owner_name,
        max(_load_id) as last_load_id
    from {{ ref('stg_calendar__entry') }}
    where row_status = 'accepted' and recurrence_at is null
    group by uid, owner_name
),

events as (
    select * from {{ ref('stg_calendar__event') }}
    where row_status = 'accepted'
),

kept as (
    select
        e.*,
        coalesce(e.owner_name, e.organizer_name) as owner_alias,
        coalesce(e.privacy_mark <> 'public', false)
        or coalesce(e.sensitivity <> 'public', false) as is_private
    from events as e
    left join series as s
        on
            e.uid = s.uid
            and coalesce(e.owner_name, '') = coalesce(s.owner_name, '')
    where e._load_id >= coalesce(s.last_load_id, e._load_id)
),

final as (
    select
        'calendar' as source_system,
        'calendar:' || event_id || coalesce('|' || lower(owner_name), '') as calendar_event_id,
        owner_alias,
        owner_name is not null as has_named_owner,
        case
            when start_at is null then start_date
            else {{ reporting_date('start_at') }}
        end as event_date,
        start_at,
        end_at,
        case
            when coalesce(is_all_day, false) or end_at < start_at then null
            else cast({{ dbt.datediff('start_at', 'end_at', 'minute') }} as integer)
        end as minutes,
        is_private,
        coalesce(is_all_day, false) as is_all_day,
        case
            when status = 'cancelled' or is_cancelled_by_title then 'cancelled'
            when status = 'tentative' then 'tentative'
            when moved_from_date is not null or status = 'moved' then 'moved'
            else 'held'
        end as status,
        case
            when attendee_names is null then 0
            else
                cast(
                    length(attendee_names) - length(replace(attendee_names, ';', '')) + 1 as integer
                )
        end as attendee_count,
        is_named_coaching and not is_private as is_coaching,
        case when recurrence_at is not null then uid end as recurrence_id,
        moved_from_date,
        cast(null as {{ dbt.type_string() }}) as cancelled_by,
        -- Who is there is only asked of meetings that may be coaching.
        case
            when is_named_coaching and not is_private
                then
                    concat_ws(
                        ';', owner_name, organizer_name, attendee_names, optional_attendee_names
                    )
        end as people_text,
        _source_file,
        _source_row
    from kept
)

select * from final
