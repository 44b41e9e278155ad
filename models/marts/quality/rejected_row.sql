-- The address of every rejected row and the rule it broke; nothing of what it said.
with

rejected as (
    select * from {{ ref('int_row_judged') }}
    where row_status = 'rejected'
),

final as (
    select
        source_system,
        object,
        source_file,
        source_row,
        split_part(broken_rule, ':', 1) as reason_code,
        nullif(split_part(broken_rule, ':', 2), '') as column_name,
        load_id
    from rejected
)

select * from final
