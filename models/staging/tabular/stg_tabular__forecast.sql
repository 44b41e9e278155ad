with

source as (
    select * from {{ corrected('tabular', 'forecast') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        {{ mapped_value('raw_person', 'tabular', 'forecast') }} as person_name,
        {{ mapped_value('raw_category', 'tabular', 'forecast') }} as category,
        upper({{ mapped_value('raw_currency_code', 'tabular', 'forecast') }}) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_amount', 'tabular', 'forecast') }} as forecast_amount,
        ---------- dates
        {{ to_date('raw_period_start', 'tabular', 'forecast') }} as period_start,
        {{ to_date('raw_period_end', 'tabular', 'forecast') }} as period_end,
        {{ to_date('raw_submitted_date', 'tabular', 'forecast') }} as submitted_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'forecast') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                person_name, period_start, period_end, submitted_date, category, currency_code,
                (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- texts
        person_name,
        category,
        currency_code,
        ---------- numerics
        forecast_amount,
        ---------- dates
        period_start,
        period_end,
        submitted_date,
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
