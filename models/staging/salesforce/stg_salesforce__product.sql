with

source as (
    select * from {{ corrected('salesforce', 'product') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as product_id,
        ---------- texts
        {{ mapped_value('raw_name', 'salesforce', 'product') }} as product_name,
        {{ clean_text('raw_product_code') }} as product_code,
        {{ mapped_value('raw_family', 'salesforce', 'product') }} as product_family,
        ---------- booleans
        {{ to_boolean('raw_is_active', 'salesforce', 'product') }} as is_active,
        {{ to_boolean('raw_is_deleted', 'salesforce', 'product') }} as is_deleted,
        {{ to_boolean('raw_is_current', 'salesforce', 'product') }} as is_current,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'salesforce', 'product') }} as created_at,
        {{ to_timestamp('raw_modified_at', 'salesforce', 'product') }} as modified_at,
        {{ to_timestamp('raw_history_from', 'salesforce', 'product') }} as history_from,
        {{ to_timestamp('raw_history_to', 'salesforce', 'product') }} as history_to,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'product') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(history_from, modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'product') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by product_id, (broken_rule is null)
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
        product_id,
        ---------- texts
        product_name,
        product_code,
        product_family,
        ---------- booleans
        is_active,
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
        _load_id
    from ranked
)

select * from final
