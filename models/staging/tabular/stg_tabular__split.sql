with

source as (
    select * from {{ corrected('tabular', 'split') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_opportunity_id') }} as opportunity_id,
        ---------- texts
        {{ mapped_value('raw_person', 'tabular', 'split') }} as person_name,
        {{ mapped_value('raw_split_type', 'tabular', 'split') }} as split_type,
        ---------- numerics
        {{ to_decimal('raw_split_percentage', 'tabular', 'split') }} as split_percent
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'split') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id, person_name, split_type, (broken_rule is null)
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
        opportunity_id,
        ---------- texts
        person_name,
        split_type,
        ---------- numerics
        split_percent,
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
