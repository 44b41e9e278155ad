-- Other names and e-mail addresses that a person has or had.
with

final as (
    {{ conformed('person_name', {
        'source_system': 'text',
        'source_person_id': 'text',
        'name_kind': 'text',
        'name_text': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
