with

source as (
    select * from {{ corrected('gong', 'coaching') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_manager_id') }} as manager_user_id,
        {{ clean_text('raw_report_id') }} as report_user_id,
        ---------- numerics
        {{ to_integer('raw_position', 'gong', 'coaching') }} as position_number,
        {{ to_integer('raw_listened', 'gong', 'coaching') }} as listened_count,
        {{ to_integer('raw_attended', 'gong', 'coaching') }} as attended_count,
        {{ to_integer('raw_with_feedback', 'gong', 'coaching') }} as feedback_count,
        {{ to_integer('raw_with_comments', 'gong', 'coaching') }} as comment_count,
        {{ to_integer('raw_scorecards_filled', 'gong', 'coaching') }} as scorecard_count
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'coaching') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by manager_user_id, report_user_id, position_number, (broken_rule is null)
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
        manager_user_id,
        report_user_id,
        ---------- numerics
        position_number,
        listened_count,
        attended_count,
        feedback_count,
        comment_count,
        scorecard_count,
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
