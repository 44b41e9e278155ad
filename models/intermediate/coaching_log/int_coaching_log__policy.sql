with

policies as (
    select * from {{ ref('stg_coaching_log__policy') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || policy_id as policy_id,
        lower(role) as role,
        area,
        team_name,
        cast(every_n_days as integer) as every_n_days,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to,
        coalesce(is_assumed, false) as is_assumed,
        _source_file,
        _source_row
    from policies
)

select * from final
