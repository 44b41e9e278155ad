-- One explicit union over the staging models: the judgement of every landed row.
with

final as (
    {% for relation in [
        'stg_coaching_log__action',
        'stg_coaching_log__attendee',
        'stg_coaching_log__policy',
        'stg_coaching_log__session',
        'stg_people__alias',
        'stg_people__roster',
        'stg_salesforce__account',
        'stg_salesforce__contact',
        'stg_salesforce__event',
        'stg_salesforce__forecasting_quota',
        'stg_salesforce__lead',
        'stg_salesforce__object_territory',
        'stg_salesforce__opportunity',
        'stg_salesforce__opportunity_contact_role',
        'stg_salesforce__opportunity_field_history',
        'stg_salesforce__opportunity_history',
        'stg_salesforce__opportunity_line_item',
        'stg_salesforce__opportunity_split',
        'stg_salesforce__order',
        'stg_salesforce__period',
        'stg_salesforce__product',
        'stg_salesforce__task',
        'stg_salesforce__territory',
        'stg_salesforce__user',
        'stg_salesforce__user_role',
        'stg_salesforce__user_territory',
        'stg_tabular__account',
        'stg_tabular__activity',
        'stg_tabular__opportunity',
        'stg_tabular__person',
        'stg_tabular__product',
        'stg_tabular__quota',
    ] %}
        select
            '{{ relation.split('__')[0][4:] }}' as source_system,
            '{{ relation.split('__')[1] }}' as object,
            _source_file as source_file,
            _source_row as source_row,
            _load_id as load_id,
            row_status,
            broken_rule
        from {{ ref(relation) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
