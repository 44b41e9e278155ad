with

source as (
    select * from {{ corrected('sheetcrm', 'seller') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_seller_id') }} as seller_id,
        ---------- texts
        {{ clean_text('raw_full_name') }} as full_name,
        lower({{ clean_text('raw_email') }}) as email
    from source
),

judged as (
    select
        *,
        {{ broken_rule('sheetcrm', 'seller') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by seller_id, (broken_rule is null)
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
        seller_id,
        ---------- texts
        full_name,
        email,
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
