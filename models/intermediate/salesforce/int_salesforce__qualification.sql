-- When which field of qualification was filled or cleared; what stands in it stays in the
-- warehouse.
with

elements as (
    select * from {{ ref('qualification_elements') }}
),

changes as (
    select
        *,
        replace(replace(lower(field_name), '__c', ''), ' ', '_') as field_key
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    where row_status = 'accepted' and not coalesce(is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'salesforce:' || c.opportunity_id as opportunity_id,
        'salesforce:' || c.opportunity_field_history_id as change_id,
        e.element,
        c.new_value is not null as is_filled,
        c.created_at as changed_at,
        {{ reporting_date('c.created_at') }} as changed_date,
        c._source_file,
        c._source_row
    from changes as c
    inner join elements as e
        on c.field_key = e.field_name
)

select * from final
