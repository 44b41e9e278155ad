with

final as (
    select
        policy_id,
        role,
        area,
        team_id,
        every_n_days,
        valid_from,
        valid_to,
        is_assumed,
        _source_file,
        _source_row
    from {{ ref('int_policy_applied') }}
)

select * from final
