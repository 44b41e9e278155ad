with

final as (
    {{ conformed('calendar_event', {
        'source_system': 'text',
        'calendar_event_id': 'text',
        'owner_alias': 'text',
        'has_named_owner': 'boolean',
        'event_date': 'date',
        'start_at': 'timestamp',
        'end_at': 'timestamp',
        'minutes': 'integer',
        'is_private': 'boolean',
        'is_all_day': 'boolean',
        'status': 'text',
        'attendee_count': 'integer',
        'is_coaching': 'boolean',
        'recurrence_id': 'text',
        'moved_from_date': 'date',
        'cancelled_by': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
