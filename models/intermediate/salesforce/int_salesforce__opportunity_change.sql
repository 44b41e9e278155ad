with

changes as (
    select * from {{ ref('stg_salesforce__opportunity_history') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || opportunity_id as opportunity_id,
        opportunity_history_id as change_id,
        created_at as changed_at,
        stage_name,
        amount,
        upper(currency_code) as currency_code,
        close_date,
        forecast_category,
        owner_id as owner_alias,
        _source_file,
        _source_row
    from changes
)

select * from final
