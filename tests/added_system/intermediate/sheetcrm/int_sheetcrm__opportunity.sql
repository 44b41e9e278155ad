with

deals as (
    select * from {{ ref('stg_sheetcrm__deal') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'sheetcrm' as source_system,
        'sheetcrm:' || deal_id as opportunity_id,
        title as opportunity_name,
        cast(null as {{ dbt.type_string() }}) as account_alias,
        seller_id as owner_alias,
        cast(null as {{ dbt.type_string() }}) as product_alias,
        cast(null as {{ dbt.type_string() }}) as pipeline_name,
        stage_name,
        amount,
        '{{ var("reporting_currency") }}' as currency_code,
        close_date,
        cast(created_date as timestamp) as created_at,
        created_date,
        modified_at as stamped_at,
        {{ reporting_date('modified_at') }} as stamped_date,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        false as is_deleted,
        cast(null as {{ dbt.type_string() }}) as loss_reason,
        cast(null as {{ dbt.type_string() }}) as merged_into_alias,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        cast(null as {{ dbt.type_string() }}) as lead_source,
        cast(null as date) as last_activity_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from deals
)

select * from final
