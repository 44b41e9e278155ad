with

splits as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date
    from {{ ref('stg_salesforce__opportunity_split') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || opportunity_split_id as opportunity_split_id,
        'salesforce:' || opportunity_id as opportunity_id,
        split_owner_id as person_alias,
        coalesce(split_type, 'revenue') as split_type,
        split_percent,
        {{ reporting_date('created_at') }} as created_date,
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        coalesce(is_deleted, false) as is_deleted,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from splits
)

select * from final
