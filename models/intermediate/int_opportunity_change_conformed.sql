-- Whole states of deals from a CRM's own history; what is null is not known.
with

final as (
    {{ conformed('opportunity_change', {
        'source_system': 'text',
        'opportunity_id': 'text',
        'change_id': 'text',
        'changed_at': 'timestamp',
        'stage_name': 'text',
        'amount': 'money',
        'currency_code': 'text',
        'close_date': 'date',
        'forecast_category': 'text',
        'owner_alias': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
