with

source as (
    select * from {{ corrected('hubspot', 'deal_pipeline_stage') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_stage_id') }} as stage_id,
        {{ clean_text('raw_pipeline_id') }} as pipeline_id,
        ---------- texts
        {{ clean_text('raw_stage_label') }} as stage_label,
        ---------- numerics
        {{ to_integer('raw_display_order', 'hubspot', 'deal_pipeline_stage') }} as display_order,
        {{ to_decimal('raw_probability', 'hubspot', 'deal_pipeline_stage') }} as probability,
        ---------- booleans
        {{ to_boolean('raw_is_closed', 'hubspot', 'deal_pipeline_stage') }} as is_closed,
        {{ to_boolean('raw_is_won', 'hubspot', 'deal_pipeline_stage') }} as is_won,
        {{ to_boolean('raw_is_active', 'hubspot', 'deal_pipeline_stage') }} as is_active,
        {{ to_boolean('raw_is_deleted', 'hubspot', 'deal_pipeline_stage') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'hubspot', 'deal_pipeline_stage') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'deal_pipeline_stage') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'deal_pipeline_stage') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(synced_at, modified_at) as version_at,
        {{ broken_rule('hubspot', 'deal_pipeline_stage') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by stage_id, (broken_rule is null)
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
        stage_id,
        pipeline_id,
        ---------- texts
        stage_label,
        ---------- numerics
        display_order,
        probability,
        ---------- booleans
        is_closed,
        is_won,
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
