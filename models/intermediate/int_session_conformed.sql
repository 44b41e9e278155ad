with

final as (
    {{ conformed('session', {
        'source_system': 'text',
        'session_id': 'text',
        'session_date': 'date',
        'duration_minutes': 'integer',
        'coach_alias': 'text',
        'coachee_alias': 'text',
        'area': 'text',
        'mode': 'text',
        'status': 'text',
        'opportunity_alias': 'text',
        'account_alias': 'text',
        'skill': 'text',
        'gap_id': 'text',
        'has_focus': 'boolean',
        'has_strength_noted': 'boolean',
        'has_practice': 'boolean',
        'has_artefact': 'boolean',
        'initiator': 'text',
        'session_trigger': 'text',
        'cancelled_by': 'text',
        'moved_from_date': 'date',
        'is_quarter_end_squeeze': 'boolean',
        'initiative_name': 'text',
        'recorded_at': 'timestamp',
        'recorded_date': 'date',
        'is_first_load': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
