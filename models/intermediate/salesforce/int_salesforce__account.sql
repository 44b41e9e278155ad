with

accounts as (
    select * from {{ ref('int_salesforce__account_version') }}
    where row_status = 'accepted'
),

final as (
    select
        source_system,
        account_id,
        source_account_id,
        account_name,
        name_key,
        industry,
        country,
        employee_count,
        annual_revenue_amount,
        owner_alias,
        parent_alias,
        is_key_account,
        is_deleted,
        created_date,
        _source_file,
        _source_row
    from accounts
)

select * from final
