with

initiatives as (
    select * from {{ ref('stg_coaching_log__initiative') }}
    where row_status = 'accepted'
),

final as (
    select
        'coaching_log' as source_system,
        'coaching_log:' || initiative_id as initiative_id,
        initiative_name as name,
        skill,
        area,
        owner_name as owner_alias,
        start_date,
        end_date,
        milestone,
        milestone_due_date,
        milestone_done_date,
        _source_file,
        _source_row
    from initiatives
)

select * from final
