-- The cadence that was agreed; where nobody wrote one down, every 14 days for reps, marked as
-- assumed.
with

policies as (
    select * from {{ ref('stg_coaching_log__policy') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log:' || policy_id as policy_id,
        lower(role) as role,
        area,
        cast(every_n_days as integer) as every_n_days,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to,
        coalesce(is_assumed, false) as is_assumed,
        _source_file,
        _source_row
    from policies

    union all

    select
        'halftime:assumed' as policy_id,
        'rep' as role,
        cast(null as {{ dbt.type_string() }}) as area,
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
