with

companies as (
    select * from {{ ref('stg_hubspot__company') }}
    where row_status = 'accepted'
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || company_id as account_id,
        company_id as source_account_id,
        coalesce(company_name, 'Company ' || company_id) as account_name,
        lower(company_name) as name_key,
        industry,
        country,
        employee_count,
        annual_revenue_amount,
        owner_alias,
        parent_company_alias as parent_alias,
        is_key_account,
        coalesce(is_deleted, false) or coalesce(is_removed, false) as is_deleted,
        {{ reporting_date('created_at') }} as created_date,
        _source_file,
        _source_row
    from companies
)

select * from final
