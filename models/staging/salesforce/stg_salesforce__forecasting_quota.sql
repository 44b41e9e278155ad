with

source as (
    select * from {{ corrected('salesforce', 'forecasting_quota') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as forecasting_quota_id,
        {{ salesforce_id('raw_quota_owner_id') }} as quota_owner_id,
        {{ salesforce_id('raw_period_id') }} as period_id,
        {{ salesforce_id('raw_forecasting_type_id') }} as forecasting_type_id,
        {{ salesforce_id('raw_territory_id') }} as territory_id,
        ---------- texts
        {{ clean_text('raw_product_family') }} as product_family,
        upper(coalesce(
            {{ clean_text('raw_currency_code') }},
            nullif(regexp_extract({{ clean_text('raw_quota_amount') }}, '^([A-Z]{3})[^A-Z]', 1), '')
        )) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_quota_amount', 'salesforce', 'forecasting_quota') }} as quota_amount,
        {{ to_decimal('raw_quota_quantity', 'salesforce', 'forecasting_quota') }} as quota_quantity,
        ---------- booleans
        {{ to_boolean('raw_is_amount', 'salesforce', 'forecasting_quota') }} as is_amount,
        {{ to_boolean('raw_is_quantity', 'salesforce', 'forecasting_quota') }} as is_quantity,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'forecasting_quota') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'forecasting_quota') }} as is_current,
        ---------- dates
        {{ to_date('raw_start_date', 'salesforce', 'forecasting_quota') }} as start_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'forecasting_quota') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'forecasting_quota') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'forecasting_quota') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'forecasting_quota') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'forecasting_quota') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'forecasting_quota') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by forecasting_quota_id, (broken_rule is null)
            order by
                version_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        forecasting_quota_id,
        quota_owner_id,
        period_id,
        forecasting_type_id,
        territory_id,
        ---------- texts
        product_family,
        currency_code,
        ---------- numerics
        quota_amount,
        quota_quantity,
        ---------- booleans
        is_amount,
        is_quantity,
        is_deleted,
        is_current,
        ---------- dates
        start_date,
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
        _load_id
    from ranked
)

select * from final
