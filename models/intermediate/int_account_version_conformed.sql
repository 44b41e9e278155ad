-- Rows of accounts, those superseded too, from the systems that keep them.
with

final as (
    {{ conformed('account_version', {
        'source_system': 'text',
        'account_id': 'text',
        'account_name': 'text',
        'name_key': 'text',
        'industry': 'text',
        'country': 'text',
        'employee_count': 'bigint',
        'annual_revenue_amount': 'money',
        'owner_alias': 'text',
        'parent_alias': 'text',
        'is_key_account': 'boolean',
        'created_date': 'date',
        'stamped_at': 'timestamp',
        'stamped_date': 'date',
        'row_status': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
        '_load_id': 'bigint',
    }) }}
)

select * from final
