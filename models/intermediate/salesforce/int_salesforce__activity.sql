with

tasks as (
    select * from {{ ref('stg_salesforce__task') }}
    where row_status = 'accepted'
),

events as (
    select * from {{ ref('stg_salesforce__event') }}
    where row_status = 'accepted'
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || task_id as activity_id,
        lower(coalesce(task_subtype, '') || ' ' || coalesce(task_type, '')) as type_text,
        'task' as type_default,
        owner_id as owner_alias,
        what_id as opportunity_alias,
        coalesce(account_id, what_id) as account_alias,
        who_id as contact_alias,
        cast(null as {{ dbt.type_string() }}) as direction,
        coalesce(activity_date, {{ reporting_date('created_at') }}) as activity_date,
        cast(null as timestamp) as occurred_at,
        cast(ceil(cast(call_duration_seconds as double) / 60) as integer) as duration_minutes,
        coalesce(is_closed, lower(status) in ('completed', 'closed', 'done'), false)
            as is_completed,
        {{ reporting_date('created_at') }} as created_date,
        {{ reporting_date('modified_at') }} as modified_date,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from tasks

    union all

    select
        'salesforce' as source_system,
        'salesforce:' || event_id as activity_id,
        lower(coalesce(event_subtype, '') || ' ' || coalesce(event_type, '')) as type_text,
        'meeting' as type_default,
        owner_id as owner_alias,
        what_id as opportunity_alias,
        coalesce(account_id, what_id) as account_alias,
        who_id as contact_alias,
        cast(null as {{ dbt.type_string() }}) as direction,
        coalesce(
            {{ reporting_date('start_at') }},
            activity_date,
            {{ reporting_date('created_at') }}
        ) as activity_date,
        start_at as occurred_at,
        cast(duration_minutes as integer) as duration_minutes,
        true as is_completed,
        {{ reporting_date('created_at') }} as created_date,
        {{ reporting_date('modified_at') }} as modified_date,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from events
)

select * from final
