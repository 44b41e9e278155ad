-- The cadence that was agreed; where nobody wrote one down, every 14 days for reps, marked as
-- assumed.
with

policies as (
    select * from {{ ref('int_policy_conformed') }}
),

final as (
    select
        policy_id,
        role,
        area,
        case when role = 'rep' then team_name end as team_id,
        every_n_days,
        valid_from,
        valid_to,
        is_assumed,
        _source_file,
        _source_row
    from policies

    union all

    select
        'halftime:assumed' as policy_id,
        'rep' as role,
        cast(null as {{ dbt.type_string() }}) as area,
        cast(null as {{ dbt.type_string() }}) as team_id,
        14 as every_n_days,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
        true as is_assumed,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as bigint) as _source_row
    from (select count(*) as policy_count from policies) as counted
    where policy_count = 0
)

select * from final
