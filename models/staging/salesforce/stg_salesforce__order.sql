with

source as (
    select * from {{ corrected('salesforce', 'order') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as order_id,
        {{ salesforce_id('raw_account_id') }} as account_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_owner_id') }} as owner_id,
        ---------- texts
        {{ clean_text('raw_status') }} as order_status,
        {{ clean_text('raw_type') }} as order_type,
        upper(coalesce(
            {{ clean_text('raw_currency_code') }},
            nullif(regexp_extract({{ clean_text('raw_total_amount') }}, '^([A-Z]{3})[^A-Z]', 1), '')
        )) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_total_amount', 'salesforce', 'order') }} as total_amount,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'order') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'order') }} as is_current,
        ---------- dates
        {{ to_date('raw_effective_date', 'salesforce', 'order') }} as effective_date,
        {{ to_date('raw_end_date', 'salesforce', 'order') }} as end_date,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'order') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'order') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'order') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'order') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'order') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'order') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id, (broken_rule is null)
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
        order_id,
        account_id,
        opportunity_id,
        owner_id,
        ---------- texts
        order_status,
        order_type,
        currency_code,
        ---------- numerics
        total_amount,
        ---------- booleans
        is_deleted,
        is_current,
        ---------- dates
        effective_date,
        end_date,
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
