with

source as (
    select * from {{ corrected('salesforce', 'opportunity_line_item') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_line_item_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_product_id') }} as product_id,
        ---------- texts
        {{ mapped_value('raw_product_name', 'salesforce', 'opportunity_line_item') }}
            as product_name,
        {{ clean_text('raw_product_code') }} as product_code,
        upper(coalesce(
            {{ clean_text('raw_currency_code') }},
            nullif(regexp_extract({{ clean_text('raw_total_price') }}, '^([A-Z]{3})[^A-Z]', 1), '')
        )) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_quantity', 'salesforce', 'opportunity_line_item') }} as quantity,
        {{ to_decimal('raw_unit_price', 'salesforce', 'opportunity_line_item') }}
            as unit_price_amount,
        {{ to_decimal('raw_list_price', 'salesforce', 'opportunity_line_item') }}
            as list_price_amount,
        {{ to_decimal('raw_discount', 'salesforce', 'opportunity_line_item') }} as discount_percent,
        {{ to_decimal('raw_total_price', 'salesforce', 'opportunity_line_item') }} as total_amount,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity_line_item') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'opportunity_line_item') }} as is_current,
        ---------- dates
        {{ to_date('raw_service_date', 'salesforce', 'opportunity_line_item') }} as service_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity_line_item') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'opportunity_line_item') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'opportunity_line_item') }}
            as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'opportunity_line_item') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'opportunity_line_item') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'opportunity_line_item') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_line_item_id, (broken_rule is null)
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
        opportunity_line_item_id,
        opportunity_id,
        product_id,
        ---------- texts
        product_name,
        product_code,
        currency_code,
        ---------- numerics
        quantity,
        unit_price_amount,
        list_price_amount,
        discount_percent,
        total_amount,
        ---------- booleans
        is_deleted,
        is_current,
        ---------- dates
        service_date,
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
