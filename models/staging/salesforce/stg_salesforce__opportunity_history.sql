with

source as (
    select * from {{ corrected('salesforce', 'opportunity_history') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_history_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_created_by_id') }} as created_by_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        ---------- texts
        {{ mapped_value('raw_stage_name', 'salesforce', 'opportunity_history') }} as stage_name,
        {{ mapped_value('raw_forecast_category', 'salesforce', 'opportunity_history') }}
            as forecast_category,
        upper({{ clean_text('raw_currency_code') }}) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_amount', 'salesforce', 'opportunity_history') }} as amount,
        {{ to_decimal('raw_probability', 'salesforce', 'opportunity_history') }} as probability,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity_history') }} as is_deleted,
        ---------- dates
        {{ to_date('raw_close_date', 'salesforce', 'opportunity_history') }} as close_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity_history') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'opportunity_history') }} as modified_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('salesforce', 'opportunity_history') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_history_id, (broken_rule is null)
            order by
                modified_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        opportunity_history_id,
        opportunity_id,
        created_by_id,
        owner_id,
        ---------- texts
        stage_name,
        forecast_category,
        currency_code,
        ---------- numerics
        amount,
        probability,
        ---------- booleans
        is_deleted,
        ---------- dates
        close_date,
        ---------- timestamps
        created_at,
        modified_at,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _load_id
    from ranked
)

select * from final
