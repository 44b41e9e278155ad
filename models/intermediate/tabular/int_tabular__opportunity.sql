with

opportunities as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(modified_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('modified_at') }}, _file_date) as stamp_date
    from {{ ref('stg_tabular__opportunity') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || opportunity_id as opportunity_id,
        opportunity_name,
        account_name as account_alias,
        owner_name as owner_alias,
        product_name as product_alias,
        cast(null as {{ dbt.type_string() }}) as pipeline_name,
        stage_name,
        amount,
        upper(coalesce(currency_code, '{{ var("reporting_currency") }}')) as currency_code,
        close_date,
        cast(created_date as timestamp) as created_at,
        created_date,
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        false as is_deleted,
        cast(null as {{ dbt.type_string() }}) as loss_reason,
        cast(null as {{ dbt.type_string() }}) as merged_into_alias,
        forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        cast(null as {{ dbt.type_string() }}) as lead_source,
        cast(null as date) as last_activity_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from opportunities
)

select * from final
