-- The explicit map: whom the data team says a text means, and since when.
with

final as (
    {{ conformed('person_map', {
        'source_system': 'text',
        'alias': 'text',
        'person_name': 'text',
        'confirmed_by': 'text',
        'valid_from': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
