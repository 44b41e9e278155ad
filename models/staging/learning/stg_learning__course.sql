with

source as (
    select * from {{ corrected('learning', 'course') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_course_id') }} as course_id,
        ---------- texts
        {{ clean_text('raw_name') }} as course_name,
        {{ mapped_value('raw_skill', 'learning', 'course') }} as skill,
        ---------- numerics
        {{ to_integer('raw_valid_days', 'learning', 'course') }} as valid_days
    from source
),

judged as (
    select
        *,
        {{ broken_rule('learning', 'course') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by course_id, (broken_rule is null)
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
        course_id,
        ---------- texts
        course_name,
        skill,
        ---------- numerics
        valid_days,
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
