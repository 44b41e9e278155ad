-- The latest record of each person in each system.
with

final as (
    {{ conformed('person', {
        'source_system': 'text',
        'source_person_id': 'text',
        'full_name': 'text',
        'email': 'text',
        'username': 'text',
        'job_title': 'text',
        'hire_date': 'date',
        'leave_date': 'date',
        'leave_reason': 'text',
        'time_zone': 'text',
        'is_active': 'boolean',
        'certified_date': 'date',
        'certification_expires_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
