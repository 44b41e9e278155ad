with

accounts as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date
    from {{ ref('stg_salesforce__account') }}
    where row_status in ('accepted', 'superseded')
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
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from accounts
)

select * from final
