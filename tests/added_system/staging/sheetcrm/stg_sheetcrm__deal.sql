with

source as (
    select * from {{ corrected('sheetcrm', 'deal') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_deal_id') }} as deal_id,
        {{ clean_text('raw_seller') }} as seller_id,
        ---------- texts
        {{ clean_text('raw_title') }} as title,
        {{ mapped_value('raw_phase', 'sheetcrm', 'deal') }} as stage_name,
        ---------- numerics
        {{ to_decimal('raw_worth', 'sheetcrm', 'deal') }} as amount,
        ---------- dates
        {{ to_date('raw_created_date', 'sheetcrm', 'deal') }} as created_date,
        {{ to_date('raw_close_date', 'sheetcrm', 'deal') }} as close_date,
        ---------- timestamps
        {{ to_timestamp('raw_modified_at', 'sheetcrm', 'deal') }} as modified_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('sheetcrm', 'deal') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id, (broken_rule is null)
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
        deal_id,
        seller_id,
        ---------- texts
        title,
        stage_name,
        ---------- numerics
        amount,
        ---------- dates
        created_date,
        close_date,
        ---------- timestamps
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
