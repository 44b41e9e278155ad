with

source as (
    select * from {{ corrected('reference', 'territory_account') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_territory_id') }} as territory_id,
        ---------- texts
        {{ clean_text('raw_account') }} as account_name,
        ---------- booleans
        {{ to_boolean('raw_is_target', 'reference', 'territory_account') }} as is_target,
        ---------- dates
        {{ to_date('raw_valid_from', 'reference', 'territory_account') }} as valid_from,
        {{ to_date('raw_valid_to', 'reference', 'territory_account') }} as valid_to
    from source
),

judged as (
    select
        *,
        {{ broken_rule('reference', 'territory_account') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by territory_id, account_name, valid_from, (broken_rule is null)
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
        territory_id,
        ---------- texts
        account_name,
        ---------- booleans
        is_target,
        ---------- dates
        valid_from,
        valid_to,
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
