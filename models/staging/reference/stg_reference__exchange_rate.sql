with

source as (
    select * from {{ corrected('reference', 'exchange_rate') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        upper({{ clean_text('raw_currency_code') }}) as currency_code,
        upper(coalesce({{ clean_text('raw_to_currency_code') }}, '{{ var("reporting_currency") }}'))
            as to_currency_code,
        ---------- numerics
        nullif(greatest({{ to_decimal('raw_rate', 'reference', 'exchange_rate', scale=8) }}, 0), 0)
            as rate,
        ---------- dates
        {{ to_date('raw_valid_from', 'reference', 'exchange_rate') }} as valid_from
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'exchange_rate') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, to_currency_code, valid_from, (broken_rule is null)
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
        currency_code,
        to_currency_code,
        ---------- numerics
        rate,
        ---------- dates
        valid_from,
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
