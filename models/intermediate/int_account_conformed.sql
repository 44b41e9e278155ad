with

final as (
    {{ conformed('account', {
        'source_system': 'text',
        'account_id': 'text',
        'source_account_id': 'text',
        'account_name': 'text',
        'name_key': 'text',
        'industry': 'text',
        'country': 'text',
        'employee_count': 'bigint',
        'annual_revenue_amount': 'money',
        'owner_alias': 'text',
        'parent_alias': 'text',
        'is_key_account': 'boolean',
        'is_deleted': 'boolean',
        'created_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
