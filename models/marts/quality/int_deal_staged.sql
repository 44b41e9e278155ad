-- sqlfluff:exclude_rules:ST06,RF04,LT02,LT05
-- The deals in force as staging judged them, over all systems, under the ids that the core gives.
with

final as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set sources = graph.sources if execute else {} %}
            {% set contract = sources[path] or {} %}
            {% set names = [] %}
            {% for raw, column in (contract.columns or {}).items() %}
                {% do names.append(column.config.meta.typed or raw[4:]) %}
            {% endfor %}
            {% if contract and (contract.config.meta.entity or object) == 'opportunity' %}
                select
                    '{{ system }}' as source_system,
                    '{{ object }}' as object,
                    '{{ system }}:' || {{ contract.config.meta.key[0] }} as opportunity_id,
                    amount,
                    {{ reporting_date('created_at') if 'created_at' in names
                        else 'created_date' if 'created_date' in names
                        else 'cast(null as date)' }} as created_date
                from {{ model }}
                where row_status = 'accepted'
                union all
            {% endif %}
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as created_date
    from (select 1 as one) as nobody
    where one = 0
)

select * from final
