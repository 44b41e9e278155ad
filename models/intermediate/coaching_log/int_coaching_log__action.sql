-- Actions of the template, and the next steps that logs and forms write beside a session. A form is
-- sent once, when the session is over: it can never say whether its next step was done. And a log
-- in which things are done, but never on a day, cannot say that anything was done in time, so what
-- is still open in it must not count as late by itself.
with

actions as (
    select * from {{ ref('stg_coaching_log__action') }}
    where row_status = 'accepted'
),

steps as (
    select
        session_id,
        coachee_names,
        coach_name,
        session_date,
        first_due_date,
        due_date,
        completed_date,
        action_status,
        has_next_steps,
        1 as shape_rank,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__log') }}

    union all

    select
        session_id,
        coachee_names,
        coach_name,
        session_date,
        cast(null as date) as first_due_date,
        due_date,
        cast(null as date) as completed_date,
        'unknown' as action_status,
        has_next_steps,
        2 as shape_rank,
        row_status,
        _source_file,
        _source_row,
        _load_id
    from {{ ref('stg_coaching_log__form') }}
),

-- Moving the date in the same line does not move the first due date.
dated as (
    select
        *,
        first_value(due_date) over (
            partition by session_id
            order by
                case when due_date is null then 1 else 0 end asc,
                _load_id asc,
                _source_file asc,
                _source_row asc
            rows between unbounded preceding and unbounded following
        ) as earliest_due_date,
        count(completed_date) over (partition by _source_file) as dated_count,
        sum(case when action_status = 'done' and completed_date is null then 1 else 0 end) over (
            partition by _source_file
        ) as undated_count,
        row_number() over (
            partition by session_id
            order by
                case when row_status = 'accepted' then 0 else 1 end asc,
                shape_rank asc,
                _source_file asc,
                _source_row asc
        ) as place
    from steps
    where row_status <> 'rejected' and (has_next_steps or due_date is not null)
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || action_id as action_id,
        'coaching_log:' || session_id as session_id,
        owner_name as owner_alias,
        author_name as author_alias,
        created_date,
        coalesce(first_due_date, due_date) as first_due_date,
        coalesce(due_date, first_due_date) as due_date,
        completed_date,
        coalesce(status, case when completed_date is not null then 'done' else 'open' end)
            as status,
        true as is_completion_dated,
        true as is_ownership_told,
        _source_file,
        _source_row
    from actions

    union all

    select
        'coaching_log' as source_system,
        'coaching_log:' || session_id || '|next' as action_id,
        'coaching_log:' || session_id as session_id,
        case
            when regexp_extract(coachee_names, '(;|,|&|[+]| and |' || chr(10) || ')', 1) = ''
                then coachee_names
        end as owner_alias,
        coach_name as author_alias,
        session_date as created_date,
        coalesce(first_due_date, earliest_due_date, due_date) as first_due_date,
        coalesce(due_date, first_due_date) as due_date,
        completed_date,
        coalesce(action_status, case when completed_date is not null then 'done' else 'open' end)
            as status,
        dated_count > 0 or undated_count = 0 as is_completion_dated,
        false as is_ownership_told,
        _source_file,
        _source_row
    from dated
    where place = 1 and row_status = 'accepted'
)

select * from final
