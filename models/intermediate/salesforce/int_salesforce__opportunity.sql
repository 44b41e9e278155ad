with

opportunities as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date
    from {{ ref('stg_salesforce__opportunity') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || opportunity_id as opportunity_id,
        opportunity_name,
        coalesce(account_id, account_name) as account_alias,
        coalesce(owner_id, owner_name) as owner_alias,
        product_name as product_alias,
        pipeline_name,
        stage_name,
        amount,
        upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as currency_code,
        close_date,
        created_at,
        {{ reporting_date('created_at') }} as created_date,
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        is_closed,
        is_won,
        coalesce(is_deleted, false) as is_deleted,
        loss_reason,
        cast(null as {{ dbt.type_string() }}) as merged_into_alias,
        forecast_category,
        opportunity_type,
        lead_source,
        last_activity_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from opportunities
)

select * from final
