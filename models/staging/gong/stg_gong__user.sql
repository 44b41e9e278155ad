with

source as (
    select * from {{ corrected('gong', 'user') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_id') }} as user_id,
        {{ clean_text('raw_manager_id') }} as manager_id,
        ---------- texts
        {{ clean_text('raw_email') }} as email,
        {{ clean_text('raw_first_name') }} as first_name,
        {{ clean_text('raw_last_name') }} as last_name,
        {{ clean_text('raw_title') }} as job_title,
        ---------- booleans
        {{ to_boolean('raw_is_active', 'gong', 'user') }} as is_active,
        ---------- timestamps
        {{ to_timestamp('raw_created_at', 'gong', 'user') }} as created_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('gong', 'user') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_id, (broken_rule is null)
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
        user_id,
        manager_id,
        ---------- texts
        email,
        first_name,
        last_name,
        job_title,
        ---------- booleans
        is_active,
        ---------- timestamps
        created_at,
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
