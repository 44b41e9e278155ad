with

source as (
    select * from {{ corrected('gong', 'interaction_stat') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_call_id') }} as call_id,
        ---------- texts
        {{ clean_text('raw_name') }} as stat_name,
        {{ clean_text('raw_value') }} as stat_value_text,
        ---------- numerics
        {{ to_integer('raw_position', 'gong', 'interaction_stat') }} as position_number
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'interaction_stat') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by call_id, position_number, (broken_rule is null)
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
        call_id,
        ---------- texts
        stat_name,
        stat_value_text,
        ---------- numerics
        position_number,
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
