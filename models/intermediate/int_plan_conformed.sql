with

final as (
    {{ conformed('plan', {
        'source_system': 'text',
        'plan_id': 'text',
        'plan_kind': 'text',
        'person_alias': 'text',
        'opportunity_alias': 'text',
        'account_alias': 'text',
        'planned_date': 'date',
        'is_complete': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
