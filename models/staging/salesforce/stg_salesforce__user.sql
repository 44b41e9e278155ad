with

source as (
    select * from {{ corrected('salesforce', 'user') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as user_id,
        {{ salesforce_id('raw_manager_id') }} as manager_id,
        {{ salesforce_id('raw_user_role_id') }} as user_role_id,
        ---------- texts
        {{ clean_text('raw_name') }} as full_name,
        {{ clean_text('raw_first_name') }} as first_name,
        {{ clean_text('raw_last_name') }} as last_name,
        lower({{ clean_text('raw_email') }}) as email,
        {{ clean_text('raw_username') }} as username,
        {{ clean_text('raw_title') }} as job_title,
        {{ clean_text('raw_department') }} as department,
        {{ clean_text('raw_division') }} as division,
        {{ clean_text('raw_time_zone') }} as time_zone,
        ---------- booleans
        {{ to_boolean('raw_is_active', 'salesforce', 'user') }} as is_active,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'user') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'user') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'user') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'user') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'user') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'user') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'user') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'user') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_id, (broken_rule is null)
            order by
                version_at desc nulls last,
                _file_date desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        user_id,
        manager_id,
        user_role_id,
        ---------- texts
        full_name,
        first_name,
        last_name,
        email,
        username,
        job_title,
        department,
        division,
        time_zone,
        ---------- booleans
        is_active,
        is_deleted,
        is_current,
        ---------- timestamps
        created_at,
        modified_at,
        history_from,
        history_to,
        synced_at,
        version_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _file_date,
        _load_id
    from ranked
)

select * from final
