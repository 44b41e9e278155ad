-- An owner's word counts for the owner, a user's for a user who owns nothing.
with

owners as (
    select
        owner_id as source_person_id,
        case
            when is_deleted or not is_active then false
            when is_active or not is_deleted then true
        end as is_active,
        version_at,
        _file_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_hubspot__owner') }}
    where coalesce(upper(owner_type), 'PERSON') <> 'QUEUE'
),

users as (
    select
        'user:' || user_id as source_person_id,
        not is_deleted as is_active,
        synced_at as version_at,
        _file_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_hubspot__user') }}
),

told as (
    select * from owners
    union all
    select * from users
),

final as (
    select
        'hubspot' as source_system,
        source_person_id,
        is_active,
        coalesce(version_at, cast(_file_date as timestamp)) as stamped_at,
        coalesce({{ reporting_date('version_at') }}, _file_date) as stamped_date,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from told
    where row_status in ('accepted', 'superseded') and is_active is not null
)

select * from final
