with

source as (
    select * from {{ corrected('tabular', 'account') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce(
            {{ clean_text('raw_account_id') }},
            lower({{ mapped_value('raw_account_name', 'tabular', 'account') }})
        ) as account_id,
        ---------- texts
        {{ mapped_value('raw_account_name', 'tabular', 'account') }} as account_name,
        {{ mapped_value('raw_industry', 'tabular', 'account') }} as industry,
        {{ mapped_value('raw_country', 'tabular', 'account') }} as country,
        {{ mapped_value('raw_parent_account', 'tabular', 'account') }} as parent_account_name,
        ---------- numerics
        {{ to_integer('raw_employee_count', 'tabular', 'account') }} as employee_count,
        {{ to_decimal('raw_annual_revenue', 'tabular', 'account') }} as annual_revenue_amount
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'account') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, (broken_rule is null)
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
        ---------- ids
        account_id,
        ---------- texts
        account_name,
        industry,
        country,
        parent_account_name,
        ---------- numerics
        employee_count,
        annual_revenue_amount,
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
