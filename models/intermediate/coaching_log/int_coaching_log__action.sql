with

actions as (
    select * from {{ ref('stg_coaching_log__action') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || action_id as action_id,
        'coaching_log:' || session_id as session_id,
        owner_name as owner_alias,
        author_name as author_alias,
        created_date,
        coalesce(first_due_date, due_date) as first_due_date,
        coalesce(due_date, first_due_date) as due_date,
        completed_date,
        coalesce(status, case when completed_date is not null then 'done' else 'open' end)
            as status,
        _source_file,
        _source_row
    from actions
)

select * from final
