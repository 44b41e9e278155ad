with

source as (
    select * from {{ corrected('reference', 'control_total') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        lower({{ clean_text('raw_source_system') }}) as source_system,
        lower({{ clean_text('raw_object') }}) as object,
        {{ clean_text('raw_file_name') }} as file_name,
        lower({{ clean_text('raw_column_name') }}) as column_name,
        upper({{ clean_text('raw_currency_code') }}) as currency_code,
        ---------- numerics
        {{ to_integer('raw_row_count', 'reference', 'control_total') }} as row_count,
        {{ to_decimal('raw_total', 'reference', 'control_total') }} as total
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'control_total') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                source_system,
                object,
                file_name,
                column_name,
                currency_code,
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
        source_system,
        object,
        file_name,
        column_name,
        currency_code,
        ---------- numerics
        row_count,
        total,
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
