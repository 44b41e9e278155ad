with

users as (
    select
        *,
        -- A row without a stamp of its own is stamped by the date in its file's name.
        coalesce(version_at, cast(_file_date as timestamp)) as stamp_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamp_date
    from {{ ref('stg_salesforce__user') }}
    where row_status in ('accepted', 'superseded')
),

final as (
    select
        'salesforce' as source_system,
        user_id as source_person_id,
        is_active,
        stamp_at as stamped_at,
        stamp_date as stamped_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from users
    where is_active is not null
)

select * from final
