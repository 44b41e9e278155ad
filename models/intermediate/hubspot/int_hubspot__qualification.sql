-- When which property of qualification was filled or cleared; what stands in it stays in the
-- warehouse.
with

elements as (
    select * from {{ ref('qualification_elements') }}
),

changes as (
    select
        *,
        lower(property_name) as field_key
    from {{ ref('stg_hubspot__deal_property_history') }}
    where row_status = 'accepted'
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || c.deal_id as opportunity_id,
        'hubspot:' || c.deal_id || ':' || c.field_key
        || ':' || cast(c.changed_at as {{ dbt.type_string() }}) as change_id,
        e.element,
        c.property_value is not null as is_filled,
        c.changed_at,
        {{ reporting_date('c.changed_at') }} as changed_date,
        c._source_file,
        c._source_row
    from changes as c
    inner join elements as e
        on c.field_key = e.field_name
)

select * from final
