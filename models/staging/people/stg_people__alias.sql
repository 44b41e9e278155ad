with

source as (
    select * from {{ corrected('people', 'alias') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        {{ clean_text('raw_system') }} as source_system,
        {{ clean_text('raw_alias') }} as alias,
        {{ clean_text('raw_person') }} as person_name,
        {{ clean_text('raw_confirmed_by') }} as confirmed_by,
        ---------- dates
        {{ to_date('raw_valid_from', 'people', 'alias') }} as valid_from
    from source
),

judged as (
    select
        *,
        {{ broken_rule('people', 'alias') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, alias, valid_from, (broken_rule is null)
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
        source_system,
        alias,
        person_name,
        confirmed_by,
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
        _file_date,
        _load_id
    from ranked
)

select * from final
