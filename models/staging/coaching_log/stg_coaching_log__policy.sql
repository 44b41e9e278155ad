with

source as (
    select * from {{ corrected('coaching_log', 'policy') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_policy_id') }} as policy_id,
        ---------- texts
        {{ mapped_value('raw_role', 'coaching_log', 'policy') }} as role,
        {{ mapped_value('raw_area', 'coaching_log', 'policy') }} as area,
        {{ clean_text('raw_team') }} as team_name,
        ---------- numerics
        {{ to_integer('raw_every_n_days', 'coaching_log', 'policy') }} as every_n_days,
        ---------- booleans
        {{ to_boolean('raw_is_assumed', 'coaching_log', 'policy') }} as is_assumed,
        ---------- dates
        {{ to_date('raw_valid_from', 'coaching_log', 'policy') }} as valid_from,
        {{ to_date('raw_valid_to', 'coaching_log', 'policy') }} as valid_to
    from source
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'policy') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by policy_id, (broken_rule is null)
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
        policy_id,
        ---------- texts
        role,
        area,
        team_name,
        ---------- numerics
        every_n_days,
        ---------- booleans
        is_assumed,
        ---------- dates
        valid_from,
        valid_to,
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
