{% macro to_decimal(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set settings = dict(source, **((source.get('objects') or {}).get(object) or {})) -%}
    {%- set point = settings.get('decimal') or '.' -%}
    {%- set comma = settings.get('thousands') or (',' if point == '.' else '.') -%}
    {%- set pattern = "^([A-Z]{3})?([+-]?([0-9]+|[0-9]{1,3}([" ~ comma ~ "][0-9]{3})+)([" ~ point
        ~ "][0-9]+)?([eE][+-]?[0-9]{1,2})?)([A-Z]{3})?$" -%}
    {%- set bare = "translate(" ~ column ~ ", ' \u00a0\t\n\r$€£¥', '')" -%}
    try_cast(
        translate(regexp_extract({{ bare }}, '{{ pattern }}', 2), '{{ point ~ comma }}', '.')
        as decimal(18, 2)
    )
{%- endmacro %}
