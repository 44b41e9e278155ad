with

source as (
    select * from {{ corrected('salesforce', 'opportunity') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_id,
        {{ salesforce_id('raw_account_id') }} as account_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        ---------- texts
        {{ clean_text('raw_name') }} as opportunity_name,
        {{ clean_text('raw_account_name') }} as account_name,
        {{ clean_text('raw_owner_name') }} as owner_name,
        {{ mapped_value('raw_stage_name', 'salesforce', 'opportunity') }} as stage_name,
        upper(coalesce(
            {{ clean_text('raw_currency_code') }},
            nullif(regexp_extract({{ clean_text('raw_amount') }}, '^([A-Z]{3})[^A-Z]', 1), '')
        )) as currency_code,
        {{ mapped_value('raw_forecast_category', 'salesforce', 'opportunity') }}
            as forecast_category,
        {{ clean_text('raw_type') }} as opportunity_type,
        {{ clean_text('raw_lead_source') }} as lead_source,
        {{ clean_text('raw_next_step') }} as next_step,
        {{ mapped_value('raw_product', 'salesforce', 'opportunity') }} as product_name,
        {{ mapped_value('raw_loss_reason', 'salesforce', 'opportunity') }} as loss_reason,
        {{ clean_text('raw_pipeline_name') }} as pipeline_name,
        ---------- numerics
        {{ to_decimal('raw_amount', 'salesforce', 'opportunity') }} as amount,
        {{ to_decimal('raw_probability', 'salesforce', 'opportunity') }} as probability,
        ---------- booleans
        {{ to_boolean('raw_is_closed', 'salesforce', 'opportunity') }} as is_closed,
        {{ to_boolean('raw_is_won', 'salesforce', 'opportunity') }} as is_won,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'opportunity') }} as is_current,
        ---------- dates
        {{ to_date('raw_close_date', 'salesforce', 'opportunity') }} as close_date,
        {{ to_date('raw_last_activity_date', 'salesforce', 'opportunity') }} as last_activity_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'opportunity') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'opportunity') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'opportunity') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'opportunity') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'opportunity') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, (broken_rule is null)
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
        opportunity_id,
        account_id,
        owner_id,
        ---------- texts
        opportunity_name,
        account_name,
        owner_name,
        stage_name,
        currency_code,
        forecast_category,
        opportunity_type,
        lead_source,
        next_step,
        product_name,
        loss_reason,
        pipeline_name,
        ---------- numerics
        amount,
        probability,
        ---------- booleans
        is_closed,
        is_won,
        is_deleted,
        is_current,
        ---------- dates
        close_date,
        last_activity_date,
        ---------- timestamps
        created_at,
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
        _file_date,
        _load_id
    from ranked
)

select * from final
