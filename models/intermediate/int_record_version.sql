-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02
-- Every row of every object in one shape: which record it speaks of, when it was stamped, whether
-- it calls the record deleted, and whether its object arrives as snapshots. From the contracts
-- (key, dated_by, entity) and the configuration (delivery).
with

final as (
    {% for system in var('systems') %}
        {% set settings = var('source_settings')[system] or {} %}
        {% for object in var('systems')[system].objects or [] %}
            {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
            {% set sources = graph.sources if execute else {} %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set contract = sources[path] or {'config': {'meta': {'key': ['record_id']}}} %}
            {% set meta = contract.config.meta %}
            {% set parts, stamps, flags = [], [], [] %}
            {% for key in meta.key or [] if key != 'valid_from' %}
                {% set text = 'cast(' ~ key ~ ' as ' ~ dbt.type_string() ~ ')' %}
                {% do parts.append(text if loop.first else "coalesce(" ~ text ~ ", '')") %}
            {% endfor %}
            {% for column in meta.dated_by or [] if column.endswith('_at') %}
                {% do stamps.append(column) %}
            {% endfor %}
            {% for raw, column in (contract.columns or {}).items() %}
                {% set typed = column.config.meta.typed or raw[4:] %}
                {% if typed in ('is_deleted', 'is_removed') %}
                    {% do flags.append('coalesce(' ~ typed ~ ', false)') %}
                {% endif %}
            {% endfor %}
            {% set own = (settings['objects'] or {})[object] or {} %}
            {% set delivery = own['delivery'] or settings['delivery'] or 'delta' %}
            select
                '{{ system }}' as source_system,
                '{{ object }}' as object,
                '{{ meta.entity or object }}' as entity,
                '{{ system }}:' || {{ (parts or ['null']) | join(" || '|' || ") }} as record_key,
                cast(
                    coalesce({{ (stamps + ['null', 'null']) | join(', ') }}) as timestamp
                ) as stamped_at,
                {{ (flags or ['false']) | join(' or ') }} as is_deleted,
                {{ 'true' if flags else 'false' }} as has_flag,
                {{ 'true' if delivery == 'snapshot' else 'false' }} as is_snapshot,
                row_status,
                broken_rule,
                _source_file,
                _source_row,
                _load_id
            from {{ model }}
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as entity,
        cast(null as {{ dbt.type_string() }}) as record_key,
        cast(null as timestamp) as stamped_at,
        false as is_deleted,
        false as has_flag,
        false as is_snapshot,
        cast(null as {{ dbt.type_string() }}) as row_status,
        cast(null as {{ dbt.type_string() }}) as broken_rule,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as bigint) as _source_row,
        cast(null as bigint) as _load_id
    from (select 1 as one) as nobody
    where one = 0
)

select * from final
