-- Whom each organisation of a person belongs to, with a number for everybody: grouping millions of
-- rows by numbers takes a third of the time of grouping them by names.
with

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

final as (
    select
        org_key,
        entity_type,
        entity_id,
        cast(
            dense_rank() over (
                order by entity_type asc nulls last, entity_id asc nulls last
            ) as integer
        ) as entity_number
    from org_entities
)

select * from final
