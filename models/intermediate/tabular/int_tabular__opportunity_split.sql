with

splits as (
    select * from {{ ref('stg_tabular__split') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'tabular' as source_system,
        'tabular:' || opportunity_id
        || '|' || person_name
        || '|' || coalesce(split_type, '') as opportunity_split_id,
        'tabular:' || opportunity_id as opportunity_id,
        person_name as person_alias,
        coalesce(split_type, 'revenue') as split_type,
        split_percent,
        cast(null as date) as created_date,
        cast(_file_date as timestamp) as stamped_at,
        _file_date as stamped_date,
        false as is_deleted,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from splits
)

select * from final
