with

source as (
    select * from {{ corrected('hubspot', 'deal') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        ---------- texts
        {{ clean_text('raw_deal_name') }} as deal_name,
        {{ clean_text('raw_pipeline_alias') }} as pipeline_alias,
        {{ clean_text('raw_stage_alias') }} as stage_alias,
        {{ clean_text('raw_owner_alias') }} as owner_alias,
        {{ clean_text('raw_primary_company_ids') }} as primary_company_ids,
        {{ clean_text('raw_company_ids') }} as company_ids,
        {{ clean_text('raw_company_names') }} as company_names,
        {{ clean_text('raw_contact_ids') }} as contact_ids,
        {{ clean_text('raw_contact_names') }} as contact_names,
        upper({{ clean_text('raw_currency_code') }}) as currency_code,
        {{ mapped_value('raw_forecast_category', 'hubspot', 'deal') }} as forecast_category,
        {{ clean_text('raw_deal_type') }} as deal_type,
        {{ clean_text('raw_lead_source') }} as lead_source,
        {{ clean_text('raw_loss_reason') }} as loss_reason,
        {{ clean_text('raw_won_reason_text') }} as won_reason_text,
        {{ clean_text('raw_next_step') }} as next_step,
        {{ clean_text('raw_deal_description') }} as deal_description,
        {{ clean_text('raw_merged_deal_ids') }} as merged_deal_ids,
        ---------- numerics
        {{ to_decimal('raw_amount', 'hubspot', 'deal') }} as amount,
        {{ to_decimal('raw_probability', 'hubspot', 'deal') }} as probability,
        ---------- booleans
        {{ to_boolean('raw_is_closed', 'hubspot', 'deal') }} as is_closed,
        {{ to_boolean('raw_is_won', 'hubspot', 'deal') }} as is_won,
        {{ to_boolean('raw_is_deleted', 'hubspot', 'deal') }} as is_deleted,
        {{ to_boolean('raw_is_removed', 'hubspot', 'deal') }} as is_removed,
        ---------- timestamps
        {{ to_timestamp('raw_close_at', 'hubspot', 'deal') }} as close_at,
        {{ to_timestamp('raw_last_activity_at', 'hubspot', 'deal') }} as last_activity_at,
        {{ to_timestamp('raw_created_at', 'hubspot', 'deal') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'hubspot', 'deal') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'hubspot', 'deal') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('hubspot', 'deal') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, (broken_rule is null)
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
        deal_name,
        pipeline_alias,
        stage_alias,
        owner_alias,
        primary_company_ids,
        company_ids,
        company_names,
        contact_ids,
        contact_names,
        currency_code,
        forecast_category,
        deal_type,
        lead_source,
        loss_reason,
        won_reason_text,
        next_step,
        deal_description,
        merged_deal_ids,
        ---------- numerics
        amount,
        probability,
        ---------- booleans
        is_closed,
        is_won,
        is_deleted,
        is_removed,
        ---------- timestamps
        close_at,
        last_activity_at,
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
