with

accounts as (
    select * from {{ ref('stg_salesforce__account') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || account_id as account_id,
        account_id as source_account_id,
        account_name,
        lower(account_name) as name_key,
        industry,
        billing_country as country,
        employee_count,
        annual_revenue_amount,
        coalesce(owner_id, owner_name) as owner_alias,
        parent_account_id as parent_alias,
        is_key_account,
        coalesce(is_deleted, false) as is_deleted,
        {{ reporting_date('created_at') }} as created_date,
        _source_file,
        _source_row
    from accounts
)

select * from final
