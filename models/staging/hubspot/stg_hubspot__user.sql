with

source as (
    select * from {{ corrected('hubspot', 'user') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_user_id') }} as user_id,
        {{ clean_text('raw_primary_team_id') }} as primary_team_id,
        {{ clean_text('raw_role_id') }} as role_id,
        ---------- texts
        lower({{ clean_text('raw_email') }}) as email,
        {{ clean_text('raw_first_name') }} as first_name,
        {{ clean_text('raw_last_name') }} as last_name,
        {{ clean_text('raw_job_title') }} as job_title,
        {{ clean_text('raw_time_zone') }} as time_zone,
        ---------- booleans
        {{ to_boolean('raw_is_deleted', 'hubspot', 'user') }} as is_deleted,
        ---------- timestamps
        {{ to_timestamp('raw_synced_at', 'hubspot', 'user') }} as synced_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('hubspot', 'user') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_id, (broken_rule is null)
            order by
                synced_at desc nulls last,
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
        user_id,
        primary_team_id,
        role_id,
        ---------- texts
        email,
        first_name,
        last_name,
        job_title,
        time_zone,
        ---------- booleans
        is_deleted,
        ---------- timestamps
        synced_at,
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
