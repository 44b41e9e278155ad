with

source as (
    select * from {{ corrected('learning', 'assessment') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_assessment_id') }} as assessment_id,
        ---------- texts
        {{ clean_text('raw_person') }} as person_name,
        {{ clean_text('raw_course') }} as course_name,
        {{ mapped_value('raw_skill', 'learning', 'assessment') }} as skill,
        ---------- numerics
        {{ to_integer('raw_attempt', 'learning', 'assessment') }} as attempt_number,
        {{ to_decimal('raw_score', 'learning', 'assessment') }} as score_percent,
        ---------- timestamps
        {{ to_timestamp('raw_taken_at', 'learning', 'assessment') }} as taken_at
    from source
),

judged as (
    select
        *,
        {{ broken_rule('learning', 'assessment') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_name, course_name, taken_at, attempt_number, (broken_rule is null)
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
        assessment_id,
        ---------- texts
        person_name,
        course_name,
        skill,
        ---------- numerics
        attempt_number,
        score_percent,
        ---------- timestamps
        taken_at,
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
