with

source as (
    select * from {{ corrected('hubspot', 'deal_stage') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        ---------- texts
        {{ clean_text('raw_stage_alias') }} as stage_alias,
        {{ clean_text('raw_change_source') }} as change_source,
        {{ clean_text('raw_change_source_id') }} as change_source_id,
        ---------- booleans
        {{ to_boolean('raw_is_current', 'hubspot', 'deal_stage') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_entered_at', 'hubspot', 'deal_stage') }} as entered_at,
        {{ to_timestamp('raw_history_from', 'hubspot', 'deal_stage') }} as history_from,
        {{ to_timestamp('raw_history_to', 'hubspot', 'deal_stage') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'deal_stage') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(synced_at, history_from) as version_at,
        {{ broken_rule('hubspot', 'deal_stage') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, stage_alias, entered_at, (broken_rule is null)
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
        deal_id,
        ---------- texts
        stage_alias,
        change_source,
        change_source_id,
        ---------- booleans
        is_current,
        ---------- timestamps
        entered_at,
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
