with

source as (
    select * from {{ corrected('hubspot', 'merged_deal') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        {{ clean_text('raw_merged_deal_id') }} as merged_deal_id,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'merged_deal') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_merged_at', 'hubspot', 'merged_deal') }} as merged_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'merged_deal') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'merged_deal') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, merged_deal_id, (broken_rule is null)
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
        deal_id,
        merged_deal_id,
        ---------- booleans
        is_deleted,
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
