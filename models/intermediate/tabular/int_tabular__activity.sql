with

activities as (
    select * from {{ ref('stg_tabular__activity') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || activity_id as activity_id,
        lower(activity_type) as type_text,
        'other' as type_default,
        owner_name as owner_alias,
        opportunity_id as opportunity_alias,
        account_name as account_alias,
        cast(null as {{ dbt.type_string() }}) as contact_alias,
        cast(null as {{ dbt.type_string() }}) as direction,
        {{ reporting_date('occurred_at') }} as activity_date,
        occurred_at,
        cast(duration_minutes as integer) as duration_minutes,
        true as is_completed,
        cast(null as date) as created_date,
        cast(null as date) as modified_date,
        false as is_deleted,
        _source_file,
        _source_row
    from activities
)

select * from final
