{% macro to_integer(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set settings = dict(source, **((source.get('objects') or {}).get(object) or {})) -%}
    {%- set point = settings.get('decimal') or '.' -%}
    {%- set comma = settings.get('thousands') or (',' if point == '.' else '.') -%}
    {%- set pattern = "^([+-]?([0-9]+|[0-9]{1,3}([" ~ comma ~ "][0-9]{3})+))([" ~ point
        ~ "]0+)?$" -%}
    try_cast(
        replace(regexp_extract({{ clean_text(column) }}, '{{ pattern }}', 1), '{{ comma }}', '')
        as {{ dbt.type_int() }}
    )
{%- endmacro %}
