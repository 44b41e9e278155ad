with

source as (
    select * from {{ corrected('salesforce', 'user_role') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as user_role_id,
        {{ salesforce_id('raw_parent_role_id') }} as parent_role_id,
        ---------- texts
        {{ clean_text('raw_name') }} as role_name,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'user_role') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'user_role') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_modified_at', 'salesforce', 'user_role') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'user_role') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'user_role') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'user_role') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'user_role') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_role_id, (broken_rule is null)
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
        user_role_id,
        parent_role_id,
        ---------- texts
        role_name,
        ---------- booleans
        is_deleted,
        is_current,
        ---------- timestamps
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
