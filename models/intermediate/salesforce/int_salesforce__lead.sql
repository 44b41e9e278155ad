with

leads as (
    select * from {{ ref('stg_salesforce__lead') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || lead_id as lead_id,
        coalesce(owner_id, owner_name) as owner_alias,
        lead_status as status,
        lead_source,
        coalesce(
            is_converted,
            converted_date is not null or converted_opportunity_id is not null
        ) as is_converted,
        converted_date,
        converted_opportunity_id as converted_opportunity_alias,
        coalesce(is_deleted, false) as is_deleted,
        {{ reporting_date('created_at') }} as created_date,
        _source_file,
        _source_row
    from leads
)

select * from final
