with

source as (
    -- A time of day, of 12 or 24 hours, with or without seconds, becomes HH:MM:SS; a Z (UTC) stays.
    select
        *,
        coalesce(
            case when raw_start_time like '__:__:__Z' then raw_start_time end,
            substring(
                cast(
                    coalesce(
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_start_time)", 'YYYY-MM-DD HH12:MI:SS AM', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_start_time)", 'YYYY-MM-DD HH12:MI AM', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_start_time)", 'YYYY-MM-DD HH:MI:SS', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_start_time)", 'YYYY-MM-DD HH:MI', 'timestamp'
                        ) }}
                    ) as {{ dbt.type_string() }}
                ), 12, 8
            )
        ) as start_clock,
        coalesce(
            case when raw_end_time like '__:__:__Z' then raw_end_time end,
            substring(
                cast(
                    coalesce(
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_end_time)", 'YYYY-MM-DD HH12:MI:SS AM', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_end_time)", 'YYYY-MM-DD HH12:MI AM', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_end_time)", 'YYYY-MM-DD HH:MI:SS', 'timestamp'
                        ) }},
                        {{ formatted_date(
                            "('2000-01-01 ' || raw_end_time)", 'YYYY-MM-DD HH:MI', 'timestamp'
                        ) }}
                    ) as {{ dbt.type_string() }}
                ), 12, 8
            )
        ) as end_clock
    from {{ corrected('calendar', 'event') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce(
            {{ clean_text('raw_event_id') }},
            md5(
                concat_ws(
                    '|', raw_owner, raw_organizer, raw_start_date, raw_start_time, raw_end_date,
                    raw_end_time, raw_subject
                )
            )
        ) as event_id,
        {{ clean_text('raw_uid') }} as uid,
        ---------- texts
        {{ clean_text('raw_owner') }} as owner_name,
        {{ clean_text('raw_start_time') }} as start_time,
        {{ clean_text('raw_end_time') }} as end_time,
        {{ clean_text('raw_subject') }} as subject,
        {{ clean_text('raw_organizer') }} as organizer_name,
        {{ clean_text('raw_required_attendees') }} as attendee_names,
        {{ clean_text('raw_optional_attendees') }} as optional_attendee_names,
        {{ clean_text('raw_categories') }} as event_categories,
        {{ mapped_value('raw_status', 'calendar', 'event') }} as status,
        {{ mapped_value('raw_is_private', 'calendar', 'event') }} as privacy_mark,
        {{ mapped_value('raw_sensitivity', 'calendar', 'event') }} as sensitivity,
        {{ clean_text('raw_show_as') }} as show_as,
        ---------- numerics
        {{ to_integer('raw_sequence', 'calendar', 'event') }} as sequence_number,
        ---------- booleans
        {{ to_boolean('raw_is_all_day', 'calendar', 'event') }} as is_all_day,
        coalesce(
            regexp_extract(lower(raw_subject), '{{ var("coaching_pattern") }}') <> '', false
        )
        or coalesce(
            regexp_extract(lower(raw_categories), '{{ var("coaching_pattern") }}') <> '', false
        ) as is_named_coaching,
        coalesce(
            lower({{ clean_text('raw_subject') }}) like 'canceled:%'
            or lower({{ clean_text('raw_subject') }}) like 'cancelled:%',
            false
        ) as is_cancelled_by_title,
        ---------- dates
        {{ to_date('raw_moved_from_date', 'calendar', 'event') }} as moved_from_date,
        {{ to_date('raw_start_date', 'calendar', 'event') }} as start_date,
        {{ to_date('raw_end_date', 'calendar', 'event') }} as end_date,
        ---------- timestamps
        {{ to_timestamp('raw_recurrence_id', 'calendar', 'event') }} as recurrence_at,
        {{ to_timestamp('raw_modified_at', 'calendar', 'event') }} as modified_at,
        {{ to_timestamp(
            "(cast(" ~ to_date('raw_start_date', 'calendar', 'event')
            ~ " as varchar(10)) || 'T' || start_clock)", 'calendar', 'event'
        ) }} as start_at,
        {{ to_timestamp(
            "(cast(" ~ to_date('raw_end_date', 'calendar', 'event')
            ~ " as varchar(10)) || 'T' || end_clock)", 'calendar', 'event'
        ) }} as end_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('calendar', 'event') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by event_id, owner_name, (broken_rule is null)
            order by
                sequence_number desc nulls last,
                modified_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        event_id,
        uid,
        ---------- texts
        owner_name,
        start_time,
        end_time,
        subject,
        organizer_name,
        attendee_names,
        optional_attendee_names,
        event_categories,
        status,
        privacy_mark,
        sensitivity,
        show_as,
        ---------- numerics
        sequence_number,
        ---------- booleans
        is_all_day,
        is_named_coaching,
        is_cancelled_by_title,
        ---------- dates
        moved_from_date,
        start_date,
        end_date,
        ---------- timestamps
        recurrence_at,
        modified_at,
        start_at,
        end_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _load_id
    from ranked
)

select * from final
