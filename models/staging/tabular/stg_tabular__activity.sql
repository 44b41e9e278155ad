with

source as (
    select * from {{ corrected('tabular', 'activity') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce({{ clean_text('raw_activity_id') }}, _source_file || '#' || _source_row)
            as activity_id,
        {{ clean_text('raw_opportunity_id') }} as opportunity_id,
        ---------- texts
        {{ mapped_value('raw_activity_type', 'tabular', 'activity') }} as activity_type,
        {{ mapped_value('raw_owner', 'tabular', 'activity') }} as owner_name,
        {{ mapped_value('raw_account', 'tabular', 'activity') }} as account_name,
        ---------- numerics
        {{ to_integer('raw_duration_minutes', 'tabular', 'activity') }} as duration_minutes,
        ---------- timestamps
        {{ to_timestamp('raw_occurred_at', 'tabular', 'activity') }} as occurred_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'activity') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by activity_id, (broken_rule is null)
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
        activity_id,
        opportunity_id,
        ---------- texts
        activity_type,
        owner_name,
        account_name,
        ---------- numerics
        duration_minutes,
        ---------- timestamps
        occurred_at,
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
