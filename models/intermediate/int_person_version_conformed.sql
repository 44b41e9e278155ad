-- What each system says of a person's place in the organisation, from when, and until when if it
-- says so.
with

final as (
    {{ conformed('person_version', {
        'source_system': 'text',
        'source_person_id': 'text',
        'manager_alias': 'text',
        'team_name': 'text',
        'region': 'text',
        'role': 'text',
        'job_title': 'text',
        'valid_from': 'date',
        'valid_to': 'date',
        'promotion_criterion_count': 'integer',
        'defined_criterion_count': 'integer',
        'stamped_at': 'timestamp',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
