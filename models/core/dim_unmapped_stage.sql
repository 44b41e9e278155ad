with

final as (
    select
        source_system,
        stage_name,
        stage_category,
        row_count
    from {{ ref('int_stage_judged') }}
    where not is_mapped
)

select * from final
