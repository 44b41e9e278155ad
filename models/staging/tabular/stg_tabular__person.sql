with

source as (
    select * from {{ corrected('tabular', 'person') }}
    where _load_id <= {{ var('loaded_until') }}
),

typed as (
    select
        *,
        ---------- ids
        coalesce(
            {{ clean_text('raw_person_id') }},
            lower({{ mapped_value('raw_full_name', 'tabular', 'person') }})
        )
            as person_id,
        ---------- texts
        {{ mapped_value('raw_full_name', 'tabular', 'person') }} as full_name,
        lower({{ clean_text('raw_email') }}) as email,
        {{ mapped_value('raw_manager', 'tabular', 'person') }} as manager_name,
        {{ mapped_value('raw_team', 'tabular', 'person') }} as team_name,
        {{ mapped_value('raw_region', 'tabular', 'person') }} as region,
        {{ mapped_value('raw_role', 'tabular', 'person') }} as role,
        {{ mapped_value('raw_title', 'tabular', 'person') }} as job_title,
        ---------- dates
        {{ to_date('raw_hire_date', 'tabular', 'person') }} as hire_date,
        {{ to_date('raw_leave_date', 'tabular', 'person') }} as leave_date,
        {{ to_date('raw_valid_from', 'tabular', 'person') }} as valid_from
    from source
),

judged as (
    select
        *,
        {{ broken_rule('tabular', 'person') }} as broken_rule
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
        ---------- dates
        hire_date,
        leave_date,
        valid_from,
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
