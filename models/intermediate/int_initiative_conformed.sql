with

final as (
    {{ conformed('initiative', {
        'source_system': 'text',
        'initiative_id': 'text',
        'name': 'text',
        'skill': 'text',
        'area': 'text',
        'owner_alias': 'text',
        'start_date': 'date',
        'end_date': 'date',
        'milestone': 'text',
        'milestone_due_date': 'date',
        'milestone_done_date': 'date',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
