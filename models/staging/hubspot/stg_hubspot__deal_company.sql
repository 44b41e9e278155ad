with

source as (
    select * from {{ corrected('hubspot', 'deal_company') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        {{ clean_text('raw_company_id') }} as company_id,
        {{ clean_text('raw_association_type_id') }} as association_type_id,
        ---------- texts
        {{ clean_text('raw_association_label') }} as association_label,
        {{ clean_text('raw_association_category') }} as association_category,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'deal_company') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_synced_at', 'hubspot', 'deal_company') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'deal_company') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, company_id, association_type_id, (broken_rule is null)
            order by
                synced_at desc nulls last,
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
        company_id,
        association_type_id,
        ---------- texts
        association_label,
        association_category,
        ---------- booleans
        is_deleted,
        ---------- timestamps
        synced_at,
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
