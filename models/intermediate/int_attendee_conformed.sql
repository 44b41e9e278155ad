-- Coachees on attendee lists.
with

final as (
    {{ conformed('attendee', {
        'source_system': 'text',
        'session_id': 'text',
        'coachee_alias': 'text',
        'minutes': 'integer',
        'skill': 'text',
        'score': 'decimal(6, 2)',
        'is_present': 'boolean',
        'is_listed': 'boolean',
        'list_place': 'integer',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
