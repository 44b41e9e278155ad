with

final as (
    {{ conformed('territory_account', {
        'source_system': 'text',
        'territory_alias': 'text',
        'account_alias': 'text',
        'is_target': 'boolean',
        'valid_from': 'date',
        'valid_to': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
