with

companies as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date
    from {{ ref('stg_hubspot__company') }}
    where row_status in ('accepted', 'superseded')
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
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from companies
)

select * from final
