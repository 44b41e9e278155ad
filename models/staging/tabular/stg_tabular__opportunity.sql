with

source as (
    select * from {{ corrected('tabular', 'opportunity') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_opportunity_id') }} as opportunity_id,
        ---------- texts
        {{ clean_text('raw_opportunity_name') }} as opportunity_name,
        {{ mapped_value('raw_account', 'tabular', 'opportunity') }} as account_name,
        {{ mapped_value('raw_owner', 'tabular', 'opportunity') }} as owner_name,
        {{ mapped_value('raw_stage', 'tabular', 'opportunity') }} as stage_name,
        upper({{ mapped_value('raw_currency_code', 'tabular', 'opportunity') }}) as currency_code,
        {{ mapped_value('raw_product', 'tabular', 'opportunity') }} as product_name,
        {{ mapped_value('raw_forecast_category', 'tabular', 'opportunity') }} as forecast_category,
        ---------- numerics
        {{ to_decimal('raw_amount', 'tabular', 'opportunity') }} as amount,
        ---------- dates
        {{ to_date('raw_created_date', 'tabular', 'opportunity') }} as created_date,
        {{ to_date('raw_close_date', 'tabular', 'opportunity') }} as close_date,
        ---------- timestamps
        {{ to_timestamp('raw_modified_at', 'tabular', 'opportunity') }} as modified_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'opportunity') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, (broken_rule is null)
            order by
                modified_at desc nulls last,
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
        ---------- texts
        opportunity_name,
        account_name,
        owner_name,
        stage_name,
        currency_code,
        product_name,
        forecast_category,
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
        _file_date,
        _load_id
    from ranked
)

select * from final
