-- Rows of people, those superseded too, that say whether the account in that system was open.
with

final as (
    {{ conformed('person_status', {
        'source_system': 'text',
        'source_person_id': 'text',
        'is_active': 'boolean',
        'stamped_at': 'timestamp',
        'stamped_date': 'date',
        'row_status': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
        '_load_id': 'bigint',
    }) }}
)

select * from final
