-- A sheet of accounts bears no stamps: the date in its file's name says when it was so.
with

accounts as (
    select * from {{ ref('stg_tabular__account') }}
    where row_status in ('accepted', 'superseded')
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
        cast(_file_date as timestamp) as stamped_at,
        _file_date as stamped_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from accounts
)

select * from final
