with

source as (
    select * from {{ corrected('gong', 'scorecard') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_scorecard_id') }} as scorecard_id,
        ---------- texts
        {{ clean_text('raw_name') }} as scorecard_name,
        {{ mapped_value('raw_review_method', 'gong', 'scorecard') }} as review_method,
        ---------- booleans
        {{ to_boolean('raw_is_enabled', 'gong', 'scorecard') }} as is_enabled,
        ---------- timestamps
        {{ to_timestamp('raw_updated_at', 'gong', 'scorecard') }} as updated_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'scorecard') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by scorecard_id, (broken_rule is null)
            order by
                updated_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        scorecard_id,
        ---------- texts
        scorecard_name,
        review_method,
        ---------- booleans
        is_enabled,
        ---------- timestamps
        updated_at,
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
