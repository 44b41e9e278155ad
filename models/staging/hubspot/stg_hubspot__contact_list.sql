with

source as (
    select * from {{ corrected('hubspot', 'contact_list') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_contact_list_id') }} as contact_list_id,
        ---------- texts
        {{ clean_text('raw_list_name') }} as list_name,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'contact_list') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'hubspot', 'contact_list') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'contact_list') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'contact_list') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'contact_list') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by contact_list_id, (broken_rule is null)
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
        contact_list_id,
        ---------- texts
        list_name,
        ---------- booleans
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
