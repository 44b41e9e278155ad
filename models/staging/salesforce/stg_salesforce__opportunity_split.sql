with

source as (
    select * from {{ corrected('salesforce', 'opportunity_split') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as opportunity_split_id,
        {{ salesforce_id('raw_opportunity_id') }} as opportunity_id,
        {{ salesforce_id('raw_split_owner_id') }} as split_owner_id,
        ---------- texts
        {{ clean_text('raw_split_type') }} as split_type,
        upper(coalesce(
            {{ clean_text('raw_currency_code') }},
            nullif(regexp_extract({{ clean_text('raw_split_amount') }}, '^([A-Z]{3})[^A-Z]', 1), '')
        )) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_split_percentage', 'salesforce', 'opportunity_split') }}
            as split_percent,
        {{ to_decimal('raw_split_amount', 'salesforce', 'opportunity_split') }} as split_amount,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'salesforce', 'opportunity_split') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'opportunity_split') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'opportunity_split') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'opportunity_split') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'opportunity_split') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'opportunity_split') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'opportunity_split') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'opportunity_split') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_split_id, (broken_rule is null)
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
        opportunity_split_id,
        opportunity_id,
        split_owner_id,
        ---------- texts
        split_type,
        currency_code,
        ---------- numerics
        split_percent,
        split_amount,
        ---------- booleans
        is_deleted,
        is_current,
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
