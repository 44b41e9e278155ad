with

source as (
    select * from {{ corrected('tabular', 'quota') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        {{ mapped_value('raw_person', 'tabular', 'quota') }} as person_name,
        upper({{ mapped_value('raw_currency_code', 'tabular', 'quota') }}) as currency_code,
        ---------- numerics
        {{ to_decimal('raw_quota_amount', 'tabular', 'quota') }} as quota_amount,
        ---------- dates
        {{ to_date('raw_period_start', 'tabular', 'quota') }} as period_start,
        {{ to_date('raw_period_end', 'tabular', 'quota') }} as period_end
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'quota') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_name, period_start, period_end, currency_code, (broken_rule is null)
            order by
                _file_date desc nulls last,
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
        currency_code,
        ---------- numerics
        quota_amount,
        ---------- dates
        period_start,
        period_end,
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
