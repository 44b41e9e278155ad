with

source as (
    select * from {{ corrected('hubspot', 'contact_merge_audit') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_surviving_contact_id') }} as surviving_contact_id,
        {{ clean_text('raw_merged_contact_id') }} as merged_contact_id,
        {{ clean_text('raw_user_id') }} as user_id,
        ---------- texts
        {{ clean_text('raw_merged_first_name') }} as merged_first_name,
        {{ clean_text('raw_merged_last_name') }} as merged_last_name,
        ---------- numerics
        {{ to_integer('raw_moved_property_count', 'hubspot', 'contact_merge_audit') }}
            as moved_property_count,
        ---------- timestamps
        {{ to_timestamp('raw_merged_at', 'hubspot', 'contact_merge_audit') }} as merged_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'contact_merge_audit') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'contact_merge_audit') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by surviving_contact_id, merged_contact_id, (broken_rule is null)
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
        surviving_contact_id,
        merged_contact_id,
        user_id,
        ---------- texts
        merged_first_name,
        merged_last_name,
        ---------- numerics
        moved_property_count,
        ---------- timestamps
        merged_at,
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
