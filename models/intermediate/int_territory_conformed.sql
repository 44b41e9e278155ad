with

final as (
    {{ conformed('territory', {
        'source_system': 'text',
        'territory_id': 'text',
        'territory_name': 'text',
        'parent_alias': 'text',
        'valid_from': 'date',
        'valid_to': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
