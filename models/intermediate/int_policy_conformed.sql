with

final as (
    {{ conformed('policy', {
        'source_system': 'text',
        'policy_id': 'text',
        'role': 'text',
        'area': 'text',
        'team_name': 'text',
        'every_n_days': 'integer',
        'valid_from': 'date',
        'valid_to': 'date',
        'is_assumed': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
