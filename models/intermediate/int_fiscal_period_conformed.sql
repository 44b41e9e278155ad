with

final as (
    {{ conformed('fiscal_period', {
        'source_system': 'text',
        'fiscal_year': 'integer',
        'period_type': 'text',
        'period_number': 'integer',
        'period_start': 'date',
        'period_end': 'date',
        'period_label': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
