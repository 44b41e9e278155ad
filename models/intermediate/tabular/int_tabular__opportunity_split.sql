with

splits as (
    select * from {{ ref('stg_tabular__split') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || opportunity_id
        || '|' || person_name
        || '|' || coalesce(split_type, '(none)') as opportunity_split_id,
        'tabular:' || opportunity_id as opportunity_id,
        person_name as person_alias,
        coalesce(split_type, 'revenue') as split_type,
        split_percent,
        _source_file,
        _source_row
    from splits
)

select * from final
