-- sqlfluff:exclude_rules:LT02,RF04
-- What the columns of numbers add up to, by file, currency and fate of the row, over the staging
-- models of all systems. A row without a currency is in that of the company; of a rejected one it
-- is not known.
with

final as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set sources = graph.sources if execute else {} %}
            {% set columns = sources[path].columns if path in sources else {} %}
            {% set names = [] %}
            {% for raw, column in columns.items() %}
                {% do names.append(column.config.meta.typed or raw[4:]) %}
            {% endfor %}
            {% set written = 'upper(currency_code)' if 'currency_code' in names else 'null' %}
            {% for raw, column in columns.items() %}
                {% set meta = column.config.meta %}
                {% if meta.kind == 'decimal' %}
                    select
                        '{{ system }}' as source_system,
                        '{{ object }}' as object,
                        '{{ raw[4:] }}' as column_name,
                        '{{ meta.typed or raw[4:] }}' as typed_name,
                        '{{ (meta.header or raw[4:]) | lower }}' as header,
                        _source_file as source_file,
                        _load_id as load_id,
                        row_status,
                        currency_code,
                        cast(count(*) as bigint) as row_count,
                        cast(sum(is_record) as bigint) as record_count,
                        cast(sum({{ meta.typed or raw[4:] }}) as decimal(38, 2)) as total
                    from (
                        select
                            _source_file,
                            _load_id,
                            row_status,
                            {{ meta.typed or raw[4:] }},
                            coalesce(
                                {{ written }},
                                case
                                    when row_status = 'rejected' then '(unknown)'
                                    else '{{ var("reporting_currency") }}'
                                end
                            ) as currency_code,
                            case when coalesce(broken_rule, '') like 'not_data%' then 0 else 1 end
                                as is_record
                        from {{ model }}
                    ) as judged
                    group by _source_file, _load_id, row_status, currency_code
                    union all
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as typed_name,
        cast(null as {{ dbt.type_string() }}) as header,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as load_id,
        cast(null as {{ dbt.type_string() }}) as row_status,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as bigint) as row_count,
        cast(null as bigint) as record_count,
        cast(null as decimal(38, 2)) as total
    from (select 1 as one) as nobody
    where one = 0
)

select * from final
