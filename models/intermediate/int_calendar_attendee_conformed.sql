-- Who is in a meeting that may be coaching.
with

final as (
    {{ conformed('calendar_attendee', {
        'source_system': 'text',
        'calendar_event_id': 'text',
        'person_alias': 'text',
        'event_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
