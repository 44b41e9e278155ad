with

splits as (
    select * from {{ ref('stg_salesforce__opportunity_split') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || opportunity_split_id as opportunity_split_id,
        'salesforce:' || opportunity_id as opportunity_id,
        split_owner_id as person_alias,
        coalesce(split_type, 'revenue') as split_type,
        split_percent,
        _source_file,
        _source_row
    from splits
)

select * from final
