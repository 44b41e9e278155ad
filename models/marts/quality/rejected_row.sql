-- The address of every rejected row and the rule it broke; nothing of what it said. Several cells
-- of one row of a sheet are rejected one by one: they are numbered.
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
        cast(
            row_number() over (
                partition by source_system, object, source_file, source_row, load_id
                order by source_cell asc nulls last, broken_rule asc
            ) as integer
        ) as part_number,
        source_cell,
        split_part(broken_rule, ':', 1) as reason_code,
        nullif(split_part(broken_rule, ':', 2), '') as column_name,
        load_id
    from rejected
)

select * from final
