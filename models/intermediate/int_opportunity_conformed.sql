with

final as (
    {{ conformed('opportunity', {
        'source_system': 'text',
        'opportunity_id': 'text',
        'opportunity_name': 'text',
        'account_alias': 'text',
        'owner_alias': 'text',
        'product_alias': 'text',
        'pipeline_name': 'text',
        'stage_name': 'text',
        'amount': 'money',
        'currency_code': 'text',
        'close_date': 'date',
        'created_at': 'timestamp',
        'created_date': 'date',
        'stamped_at': 'timestamp',
        'stamped_date': 'date',
        'is_closed': 'boolean',
        'is_won': 'boolean',
        'is_deleted': 'boolean',
        'loss_reason': 'text',
        'merged_into_alias': 'text',
        'forecast_category': 'text',
        'opportunity_type': 'text',
        'lead_source': 'text',
        'last_activity_date': 'date',
        'row_status': 'text',
        '_source_file': 'text',
        '_source_row': 'bigint',
        '_load_id': 'bigint',
    }) }}
)

select * from final
