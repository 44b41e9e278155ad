with

final as (
    {{ conformed('call', {
        'source_system': 'text',
        'call_id': 'text',
        'activity_alias': 'text',
        'owner_alias': 'text',
        'opportunity_alias': 'text',
        'account_alias': 'text',
        'started_at': 'timestamp',
        'duration_seconds': 'integer',
        'rep_speech_seconds': 'integer',
        'other_speech_seconds': 'integer',
        'question_count': 'integer',
        'longest_monologue_seconds': 'integer',
        'interactivity': 'decimal(18, 4)',
        'patience_seconds': 'decimal(18, 4)',
        'is_customer_call': 'boolean',
        '_source_file': 'text',
        '_source_row': 'bigint',
    }) }}
)

select * from final
