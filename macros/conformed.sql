-- sqlfluff:exclude_rules:LT02
{% macro conformed(entity, columns) -%}
    {%- set words = {'text': dbt.type_string(), 'money': 'decimal(18, 2)'} -%}
    {%- set systems = [] -%}
    {%- for system, parts in var('systems').items() if entity in (parts.entities or []) -%}
        {%- do systems.append(system) -%}
    {%- endfor -%}
    {%- for system in systems or [none] %}
    select
        {%- for column, type in columns.items() %}
        cast({{ column if system else 'null' }} as {{ words.get(type, type) }}) as {{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_' ~ system ~ '__' ~ entity) if system else '(select 1 as one) as nobody' }}
    {{- ' where one = 0' if not system }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
