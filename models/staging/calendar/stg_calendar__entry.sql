with

source as (
    select * from {{ corrected('calendar', 'entry') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_uid') }} as uid,
        ---------- texts
        {{ clean_text('raw_owner') }} as owner_name,
        {{ clean_text('raw_start_time') }} as start_time,
        {{ mapped_value('raw_status', 'calendar', 'entry') }} as status,
        ---------- numerics
        {{ to_integer('raw_sequence', 'calendar', 'entry') }} as sequence_number,
        {{ to_integer('raw_instance_count', 'calendar', 'entry') }} as instance_count,
        ---------- booleans
        {{ to_boolean('raw_is_private', 'calendar', 'entry') }} as is_private,
        {{ to_boolean('raw_is_recurring', 'calendar', 'entry') }} as is_recurring,
        ---------- dates
        {{ to_date('raw_start_date', 'calendar', 'entry') }} as start_date,
        ---------- timestamps
        {{ to_timestamp('raw_recurrence_id', 'calendar', 'entry') }} as recurrence_at,
        {{ to_timestamp('raw_stamped_at', 'calendar', 'entry') }} as stamped_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('calendar', 'entry') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by uid, recurrence_at, owner_name, (broken_rule is null)
            order by
                sequence_number desc nulls last,
                stamped_at desc nulls last,
                _load_id desc,
                _source_file desc,
                _source_row desc
        ) as version_rank
    from judged
),

final as (
    select
        ---------- ids
        uid,
        ---------- texts
        owner_name,
        start_time,
        status,
        ---------- numerics
        sequence_number,
        instance_count,
        ---------- booleans
        is_private,
        is_recurring,
        ---------- dates
        start_date,
        ---------- timestamps
        recurrence_at,
        stamped_at,
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
