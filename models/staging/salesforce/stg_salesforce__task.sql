with

source as (
    select * from {{ corrected('salesforce', 'task') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as task_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        {{ salesforce_id('raw_what_id') }} as what_id,
        {{ salesforce_id('raw_who_id') }} as who_id,
        {{ salesforce_id('raw_account_id') }} as account_id,
        ---------- texts
        {{ clean_text('raw_subject') }} as subject,
        {{ clean_text('raw_description') }} as description,
        {{ mapped_value('raw_type', 'salesforce', 'task') }} as task_type,
        {{ clean_text('raw_task_subtype') }} as task_subtype,
        {{ mapped_value('raw_status', 'salesforce', 'task') }} as status,
        ---------- numerics
        {{ to_integer('raw_call_duration_seconds', 'salesforce', 'task') }}
            as call_duration_seconds,
        ---------- booleans
        {{ to_boolean('raw_is_closed', 'salesforce', 'task') }} as is_closed,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'task') }} as is_deleted,
        ---------- dates
        {{ to_date('raw_activity_date', 'salesforce', 'task') }} as activity_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'task') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'task') }} as modified_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('salesforce', 'task') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by task_id, (broken_rule is null)
            order by
                modified_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        task_id,
        owner_id,
        what_id,
        who_id,
        account_id,
        ---------- texts
        subject,
        description,
        task_type,
        task_subtype,
        status,
        ---------- numerics
        call_duration_seconds,
        ---------- booleans
        is_closed,
        is_deleted,
        ---------- dates
        activity_date,
        ---------- timestamps
        created_at,
        modified_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _load_id
    from ranked
)

select * from final
