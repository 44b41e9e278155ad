-- Everybody of whom a figure may speak, with a number (ind_org_entity says who belongs to whom).
with

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

final as (
    select
        entity_number,
        entity_type,
        entity_id
    from org_entities
    group by entity_number, entity_type, entity_id
)

select * from final
