-- sqlfluff:exclude_rules:ST06,RF04,LT02,LT05
-- What the amounts and shares of the landed rows add up to before anything judges or corrects them,
-- read from raw itself, so that what staging makes of them can be held against it.
with

final as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set relation = source(system, object) %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set sources = graph.sources if execute else {} %}
            {% for raw, column in (sources[path].columns if path in sources else {}).items() %}
                {% set typed = column.config.meta.typed or raw[4:] %}
                {% set summed = typed.endswith('amount') or typed == 'split_percent' %}
                {% if column.config.meta.kind == 'decimal' and summed %}
                    select
                        '{{ system }}' as source_system,
                        '{{ object }}' as object,
                        '{{ typed }}' as column_name,
                        cast(count(*) as bigint) as row_count,
                        cast(
                            coalesce(sum({{ to_decimal(raw, system, object) }}), 0)
                            as decimal(38, 2)
                        ) as amount
                    from {{ relation }}
                    where _load_id <= {{ var('loaded_until') }}
                    union all
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as bigint) as row_count,
        cast(null as decimal(38, 2)) as amount
    from (select 1 as one) as nobody
    where one = 0
)

select * from final
