with

source as (
    select * from {{ corrected('hubspot', 'owner') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_owner_id') }} as owner_id,
        {{ clean_text('raw_user_id') }} as user_id,
        ---------- texts
        lower({{ clean_text('raw_email') }}) as email,
        {{ clean_text('raw_full_name') }} as full_name,
        {{ clean_text('raw_first_name') }} as first_name,
        {{ clean_text('raw_last_name') }} as last_name,
        {{ clean_text('raw_owner_type') }} as owner_type,
        {{ clean_text('raw_team_name') }} as team_name,
        ---------- booleans
        {{ to_boolean('raw_is_active', 'hubspot', 'owner') }} as is_active,
        {{ to_boolean('raw_is_deleted', 'hubspot', 'owner') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'hubspot', 'owner') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'owner') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'owner') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'owner') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by owner_id, (broken_rule is null)
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
        owner_id,
        user_id,
        ---------- texts
        email,
        full_name,
        first_name,
        last_name,
        owner_type,
        team_name,
        ---------- booleans
        is_active,
        is_deleted,
        ---------- timestamps
        created_at,
        modified_at,
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
