with

source as (
    select * from {{ corrected('coaching_log', 'action') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_action_id') }} as action_id,
        {{ clean_text('raw_session_id') }} as session_id,
        ---------- texts
        {{ clean_text('raw_owner') }} as owner_name,
        {{ clean_text('raw_description') }} as description,
        {{ mapped_value('raw_status', 'coaching_log', 'action') }} as status,
        {{ clean_text('raw_author') }} as author_name,
        ---------- dates
        {{ to_date('raw_created_date', 'coaching_log', 'action') }} as created_date,
        {{ to_date('raw_due_date', 'coaching_log', 'action') }} as due_date,
        {{ to_date('raw_first_due_date', 'coaching_log', 'action') }} as first_due_date,
        {{ to_date('raw_completed_date', 'coaching_log', 'action') }} as completed_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'action') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by action_id, (broken_rule is null)
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
        action_id,
        session_id,
        ---------- texts
        owner_name,
        description,
        status,
        author_name,
        ---------- dates
        created_date,
        due_date,
        first_due_date,
        completed_date,
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
