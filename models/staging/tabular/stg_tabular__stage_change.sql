with

source as (
    select * from {{ corrected('tabular', 'stage_change') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_opportunity_id') }} as opportunity_id,
        ---------- texts
        {{ mapped_value('raw_stage', 'tabular', 'stage_change') }} as stage_name,
        upper({{ mapped_value('raw_currency_code', 'tabular', 'stage_change') }}) as currency_code,
        {{ mapped_value('raw_forecast_category', 'tabular', 'stage_change') }} as forecast_category,
        {{ mapped_value('raw_owner', 'tabular', 'stage_change') }} as owner_name,
        ---------- numerics
        {{ to_decimal('raw_amount', 'tabular', 'stage_change') }} as amount,
        ---------- dates
        {{ to_date('raw_close_date', 'tabular', 'stage_change') }} as close_date,
        ---------- timestamps
        {{ to_timestamp('raw_changed_at', 'tabular', 'stage_change') }} as changed_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'stage_change') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, changed_at, (broken_rule is null)
            order by
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
        stage_name,
        currency_code,
        forecast_category,
        owner_name,
        ---------- numerics
        amount,
        ---------- dates
        close_date,
        ---------- timestamps
        changed_at,
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
