with

source as (
    select * from {{ corrected('salesforce', 'period') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ salesforce_id('raw_id') }} as period_id,
        {{ salesforce_id('raw_fiscal_year_settings_id') }} as fiscal_year_settings_id,
        ---------- texts
        {{ mapped_value('raw_type', 'salesforce', 'period') }} as period_type,
        {{ clean_text('raw_label') }} as period_label,
        {{ clean_text('raw_quarter_label') }} as quarter_label,
        ---------- numerics
        {{ to_integer('raw_number', 'salesforce', 'period') }} as period_number,
        ---------- booleans
        {{ to_boolean('raw_is_forecast_period', 'salesforce', 'period') }} as is_forecast_period,
        ---------- dates
        {{ to_date('raw_start_date', 'salesforce', 'period') }} as period_start_date,
        {{ to_date('raw_end_date', 'salesforce', 'period') }} as period_end_date,
        ---------- timestamps
        {{ to_timestamp('raw_modified_at', 'salesforce', 'period') }} as modified_at,
        {{ to_timestamp('raw_synced_at', 'salesforce', 'period') }} as synced_at
    from source
),

judged as (
    select
        *,
        coalesce(modified_at, synced_at) as version_at,
        {{ broken_rule('salesforce', 'period') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_id, (broken_rule is null)
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
        period_id,
        fiscal_year_settings_id,
        ---------- texts
        period_type,
        period_label,
        quarter_label,
        ---------- numerics
        period_number,
        ---------- booleans
        is_forecast_period,
        ---------- dates
        period_start_date,
        period_end_date,
        ---------- timestamps
        modified_at,
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
