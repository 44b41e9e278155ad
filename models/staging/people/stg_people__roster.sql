with

source as (
    select * from {{ corrected('people', 'roster') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        {{ clean_text('raw_person_id') }} as person_id,
        ---------- texts
        {{ clean_text('raw_full_name') }} as full_name,
        lower({{ clean_text('raw_email') }}) as email,
        {{ clean_text('raw_manager') }} as manager_name,
        {{ mapped_value('raw_team', 'people', 'roster') }} as team_name,
        {{ mapped_value('raw_region', 'people', 'roster') }} as region,
        {{ mapped_value('raw_role', 'people', 'roster') }} as role,
        {{ clean_text('raw_title') }} as job_title,
        {{ mapped_value('raw_leaving_reason', 'people', 'roster') }} as leaving_reason,
        {{ clean_text('raw_time_zone') }} as time_zone,
        ---------- numerics
        {{ to_integer('raw_promotion_criteria_used', 'people', 'roster') }}
            as promotion_criterion_count,
        {{ to_integer('raw_promotion_criteria_defined', 'people', 'roster') }}
            as defined_criterion_count,
        ---------- dates
        {{ to_date('raw_hire_date', 'people', 'roster') }} as hire_date,
        {{ to_date('raw_leave_date', 'people', 'roster') }} as leave_date,
        {{ to_date('raw_valid_from', 'people', 'roster') }} as valid_from,
        {{ to_date('raw_valid_to', 'people', 'roster') }} as valid_to,
        {{ to_date('raw_certified_on', 'people', 'roster') }} as certified_date,
        {{ to_date('raw_certification_expires_on', 'people', 'roster') }}
            as certification_expires_date
    from source
),

judged as (
    select
        *,
        {{ broken_rule('people', 'roster') }} as broken_rule
    from typed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id, valid_from, (broken_rule is null)
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
        person_id,
        ---------- texts
        full_name,
        email,
        manager_name,
        team_name,
        region,
        role,
        job_title,
        leaving_reason,
        time_zone,
        ---------- numerics
        promotion_criterion_count,
        defined_criterion_count,
        ---------- dates
        hire_date,
        leave_date,
        valid_from,
        valid_to,
        certified_date,
        certification_expires_date,
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
