with

source as (
    select * from {{ corrected('salesforce', 'user_territory') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as user_territory_id,
        {{ salesforce_id('raw_user_id') }} as user_id,
        {{ salesforce_id('raw_territory_id') }} as territory_id,
        ---------- texts
        {{ clean_text('raw_role_in_territory') }} as role_in_territory,
        ---------- booleans
        {{ to_boolean('raw_is_active', 'salesforce', 'user_territory') }} as is_active,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'user_territory') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'user_territory') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_modified_at', 'salesforce', 'user_territory') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'user_territory') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'user_territory') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'user_territory') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'user_territory') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_territory_id, (broken_rule is null)
            order by
                version_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        user_territory_id,
        user_id,
        territory_id,
        ---------- texts
        role_in_territory,
        ---------- booleans
        is_active,
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
        _load_id
    from ranked
)

select * from final
