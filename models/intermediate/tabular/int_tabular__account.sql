with

accounts as (
    select * from {{ ref('stg_tabular__account') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || account_id as account_id,
        account_id as source_account_id,
        account_name,
        lower(account_name) as name_key,
        industry,
        country,
        employee_count,
        annual_revenue_amount,
        cast(null as {{ dbt.type_string() }}) as owner_alias,
        parent_account_name as parent_alias,
        cast(null as boolean) as is_key_account,
        false as is_deleted,
        cast(null as date) as created_date,
        _source_file,
        _source_row
    from accounts
)

select * from final
