with

source as (
    select * from {{ corrected('coaching_log', 'matrix') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- texts
        {{ clean_text('raw_rep') }} as coachee_names,
        {{ clean_text('raw_coach') }} as coach_name,
        {{ mapped_value('raw_cell', 'coaching_log', 'matrix') }} as cell_word,
        {{ mapped_value('raw_mode', 'coaching_log', 'matrix') }} as mode,
        {{ mapped_value('raw_topic', 'coaching_log', 'matrix') }} as topic_text,
        {{ clean_text('raw_initiative') }} as initiative_name,
        {{ clean_text('raw_notes') }} as notes,
        ---------- dates
        {{ to_date('raw_session_date', 'coaching_log', 'matrix') }} as session_date
    from source
),

-- Minutes are written as 30, 30 min, 0:30, 00:30:00 or 1 h.
timed as (
    select
        *,
        coalesce(
            {{ to_integer(
                "regexp_replace(lower(raw_cell), '[ ]*(min|mins|minutes|minuten|m)[.]?[ ]*$', '')",
                'coaching_log', 'matrix'
            ) }},
            60 * try_cast(regexp_extract(raw_cell, '^([0-9]):[0-5][0-9]$', 1) as integer)
            + try_cast(regexp_extract(raw_cell, '^[0-9]:([0-5][0-9])$', 1) as integer),
            60 * try_cast(regexp_extract(raw_cell, '^0?([0-9]):[0-5][0-9]:00$', 1) as integer)
            + try_cast(regexp_extract(raw_cell, '^0?[0-9]:([0-5][0-9]):00$', 1) as integer),
            60 * try_cast(regexp_extract(lower(raw_cell), '^([1-9]) ?h$', 1) as integer)
        ) as cell_minutes
    from typed
),

-- A 1 is a tick and a 0 is none; other numbers below 5 could be anything and are refused.
stated as (
    select
        *,
        case
            when cell_word in ('held', 'excused', 'cancelled', 'moved', 'scheduled', 'none')
                then cell_word
            when cell_minutes = 0 then 'none'
            when cell_minutes = 1 or cell_minutes between 5 and 600 then 'held'
            else cell_word
        end as status,
        case
            when
                cell_word not in ('held', 'excused', 'cancelled', 'moved', 'scheduled', 'none')
                and cell_minutes between 5 and 600
                then cell_minutes
        end as duration_minutes
    from timed
),

judged as (
    select
        *,
        {{ broken_rule('coaching_log', 'matrix') }} as broken_rule
    from stated
),

-- A session is known by its day, its coach and whom it was held with; several of one day are told
-- apart by their order in the file, so that a longer or mended copy of a log replaces its rows and
-- the same row written twice is one session.
keyed as (
    select
        *,
        md5(
            concat_ws(
                '|',
                coalesce(cast(session_date as {{ dbt.type_string() }}), ''),
                coalesce(lower(coach_name), ''),
                coalesce(lower(coachee_names), '')
            )
        ) as identity_key,
        md5(
            concat_ws(
                '|',
                coalesce(lower(status), ''),
                coalesce(lower(cast(duration_minutes as {{ dbt.type_string() }})), '')
            )
        ) as content_key
    from judged
),

first_seen as (
    select
        *,
        min(_source_cell) over (
            partition by identity_key, content_key, (broken_rule is null), _load_id, _source_file
        ) as content_first_cell,
        min(_source_row) over (
            partition by identity_key, content_key, (broken_rule is null), _load_id, _source_file
        ) as content_first_row
    from keyed
),

numbered as (
    select
        *,
        dense_rank() over (
            partition by identity_key, (broken_rule is null), _load_id, _source_file
            order by
                content_first_row asc,
                content_first_cell asc nulls last
        ) as day_number
    from first_seen
),

identified as (
    select
        *,
        md5(identity_key || '|' || cast(day_number as {{ dbt.type_string() }})) as session_id
    from numbered
),

areas as (
    select
        *,
        case
            when
                replace(replace(lower(topic_text), ' ', '_'), '-', '_') in (
                    'lead_and_opportunity', 'skills_and_behaviors', 'funnel', 'account', 'territory'
                )
                then replace(replace(lower(topic_text), ' ', '_'), '-', '_')
        end as area,
        topic_text is not null as has_topic
    from identified
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_id, (broken_rule is null)
            order by
                _load_id desc,
                _source_file desc,
                _source_row desc,
                _source_cell desc nulls last
        ) as version_rank
    from areas
),

final as (
    select
        ---------- ids
        session_id,
        ---------- texts
        coachee_names,
        coach_name,
        status,
        mode,
        topic_text,
        initiative_name,
        notes,
        area,
        ---------- numerics
        duration_minutes,
        ---------- booleans
        has_topic,
        ---------- dates
        session_date,
        ---------- judgement and lineage
        case
            when broken_rule is not null then 'rejected'
            when version_rank > 1 then 'superseded'
            else 'accepted'
        end as row_status,
        broken_rule,
        _source_file,
        _source_row,
        _source_cell,
        _load_id
    from ranked
)

select * from final
