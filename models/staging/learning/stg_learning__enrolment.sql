with

source as (
    select * from {{ corrected('learning', 'enrolment') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_enrolment_id') }} as enrolment_id,
        ---------- texts
        {{ clean_text('raw_person') }} as person_name,
        {{ clean_text('raw_course') }} as course_name,
        {{ mapped_value('raw_skill', 'learning', 'enrolment') }} as skill,
        {{ mapped_value('raw_status', 'learning', 'enrolment') }} as status,
        ---------- numerics
        {{ to_decimal('raw_score', 'learning', 'enrolment') }} as score_percent,
        ---------- dates
        {{ to_date('raw_assigned_on', 'learning', 'enrolment') }} as assigned_date,
        {{ to_date('raw_completed_on', 'learning', 'enrolment') }} as completed_date,
        {{ to_date('raw_expires_on', 'learning', 'enrolment') }} as expires_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('learning', 'enrolment') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_name, course_name, assigned_date, (broken_rule is null)
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
        enrolment_id,
        ---------- texts
        person_name,
        course_name,
        skill,
        status,
        ---------- numerics
        score_percent,
        ---------- dates
        assigned_date,
        completed_date,
        expires_date,
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
