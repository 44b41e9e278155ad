with

source as (
    select * from {{ corrected('hubspot', 'owner_team') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_owner_id') }} as owner_id,
        {{ clean_text('raw_team_id') }} as team_id,
        ---------- booleans
        {{ to_boolean('raw_is_primary', 'hubspot', 'owner_team') }} as is_primary,
        {{ to_boolean('raw_is_deleted', 'hubspot', 'owner_team') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_synced_at', 'hubspot', 'owner_team') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'owner_team') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by owner_id, team_id, (broken_rule is null)
            order by
                synced_at desc nulls last,
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
        team_id,
        ---------- booleans
        is_primary,
        is_deleted,
        ---------- timestamps
        synced_at,
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
