with

salesforce as (
    select * from {{ ref('stg_salesforce__account') }}
    where row_status = 'accepted'
),

tabular as (
    select * from {{ ref('stg_tabular__account') }}
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
        owner_id as owner_alias,
        parent_account_id as parent_alias,
        coalesce(is_deleted, false) as is_deleted,
        {{ reporting_date('created_at') }} as created_date,
        _source_file,
        _source_row
    from salesforce

    union all

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
        false as is_deleted,
        cast(null as date) as created_date,
        _source_file,
        _source_row
    from tabular
)

select * from final
