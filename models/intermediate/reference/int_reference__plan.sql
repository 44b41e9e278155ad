with

plans as (
    select * from {{ ref('stg_reference__plan') }}
    where row_status = 'accepted'
),

final as (
    select
        'reference' as source_system,
        'reference:' || plan_id as plan_id,
        plan_kind,
        person_name as person_alias,
        opportunity_id as opportunity_alias,
        account_name as account_alias,
        planned_date,
        coalesce(is_complete, false) as is_complete,
        _source_file,
        _source_row
    from plans
)

select * from final
