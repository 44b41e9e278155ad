with

source as (
    select * from {{ corrected('coaching_log', 'certification') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        {{ clean_text('raw_person') }} as person_name,
        {{ clean_text('raw_certification') }} as certification_name,
        ---------- dates
        {{ to_date('raw_certified_date', 'coaching_log', 'certification') }} as certified_date,
        {{ to_date('raw_expires_date', 'coaching_log', 'certification') }} as expires_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'certification') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_name, certification_name, certified_date, (broken_rule is null)
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
        certification_name,
        ---------- dates
        certified_date,
        expires_date,
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
