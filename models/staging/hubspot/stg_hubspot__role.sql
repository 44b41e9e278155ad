with

source as (
    select * from {{ corrected('hubspot', 'role') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_role_id') }} as role_id,
        ---------- texts
        {{ clean_text('raw_role_name') }} as role_name,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'role') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_synced_at', 'hubspot', 'role') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'role') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by role_id, (broken_rule is null)
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
        role_id,
        ---------- texts
        role_name,
        ---------- booleans
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
