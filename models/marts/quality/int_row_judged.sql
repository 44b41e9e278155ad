-- One explicit union over the staging models: the judgement of every landed row.
with

final as (
    {% for system, objects in {
        'coaching_log': ['action', 'attendee', 'policy', 'session'],
        'people': ['alias', 'roster'],
        'salesforce': [
            'account', 'event', 'opportunity', 'opportunity_history', 'task', 'user', 'user_role'
        ],
        'tabular': ['account', 'activity', 'opportunity', 'person', 'product', 'quota'],
    }.items() %}
            {% set is_last_system = loop.last %}
        {% for object in objects %}
            select
                '{{ system }}' as source_system,
                '{{ object }}' as object,
                _source_file as source_file,
                _source_row as source_row,
                _load_id as load_id,
                row_status,
                broken_rule
            from {{ ref('stg_' ~ system ~ '__' ~ object) }}
            {% if not (is_last_system and loop.last) %}union all{% endif %}
        {% endfor %}
    {% endfor %}
)

select * from final
