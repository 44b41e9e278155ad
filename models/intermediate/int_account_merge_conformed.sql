with

final as (
    {{ conformed('account_merge', {
        'source_system': 'text',
        'merged_account_id': 'text',
        'merged_alias': 'text',
        'surviving_account_id': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
