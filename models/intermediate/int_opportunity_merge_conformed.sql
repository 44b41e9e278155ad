with

final as (
    {{ conformed('opportunity_merge', {
        'source_system': 'text',
        'merged_opportunity_id': 'text',
        'surviving_opportunity_id': 'text',
        'merged_at': 'timestamp',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
