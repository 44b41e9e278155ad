-- The row that holds last describes the person.
with

ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by valid_from desc nulls last, _source_file desc, _source_row desc
        ) as recency
    from {{ ref('stg_tabular__person') }}
    where row_status = 'accepted'
),

final as (
    select
        'tabular' as source_system,
        person_id as source_person_id,
        full_name,
        email,
        cast(null as {{ dbt.type_string() }}) as username,
        job_title,
        hire_date,
        leave_date,
        cast(null as {{ dbt.type_string() }}) as leave_reason,
        cast(null as {{ dbt.type_string() }}) as time_zone,
        cast(null as boolean) as is_active,
        cast(null as date) as certified_date,
        cast(null as date) as certification_expires_date,
        _source_file,
        _source_row
    from ranked
    where recency = 1
)

select * from final
