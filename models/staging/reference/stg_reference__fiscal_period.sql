with

source as (
    select * from {{ corrected('reference', 'fiscal_period') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        coalesce({{ mapped_value('raw_period_type', 'reference', 'fiscal_period') }}, 'month')
            as period_type,
        {{ clean_text('raw_period_label') }} as period_label,
        ---------- numerics
        {{ to_integer('raw_fiscal_year', 'reference', 'fiscal_period') }} as fiscal_year,
        {{ to_integer('raw_period_number', 'reference', 'fiscal_period') }} as period_number,
        ---------- dates
        {{ to_date('raw_period_start', 'reference', 'fiscal_period') }} as period_start,
        {{ to_date('raw_period_end', 'reference', 'fiscal_period') }} as period_end
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'fiscal_period') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by fiscal_year, period_type, period_number, (broken_rule is null)
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
        period_type,
        period_label,
        ---------- numerics
        fiscal_year,
        period_number,
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
        _load_id
    from ranked
)

select * from final
