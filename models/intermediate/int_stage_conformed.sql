-- What the systems themselves say of their stages.
with

final as (
    {{ conformed('stage', {
        'source_system': 'text',
        'stage_key': 'text',
        'stage_name': 'text',
        'stage_category': 'text',
        'stage_order': 'integer',
        'is_qualified': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
