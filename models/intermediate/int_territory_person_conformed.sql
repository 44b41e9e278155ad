with

final as (
    {{ conformed('territory_person', {
        'source_system': 'text',
        'territory_alias': 'text',
        'person_alias': 'text',
        'valid_from': 'date',
        'valid_to': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
