with

source as (
    select * from {{ corrected('tabular', 'product') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce(
            {{ clean_text('raw_product_id') }},
            lower({{ mapped_value('raw_product_name', 'tabular', 'product') }})
        ) as product_id,
        ---------- texts
        {{ mapped_value('raw_product_name', 'tabular', 'product') }} as product_name,
        {{ mapped_value('raw_product_family', 'tabular', 'product') }} as product_family,
        ---------- numerics
        {{ to_decimal('raw_list_price', 'tabular', 'product') }} as list_price_amount
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'product') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by product_id, (broken_rule is null)
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
        product_id,
        ---------- texts
        product_name,
        product_family,
        ---------- numerics
        list_price_amount,
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
