{% macro to_decimal(column, system, object, scale=2) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set own = (source.get('objects') or {}).get(object) or {} -%}
    {%- set of_column = (own.get('formats') or {}).get(column[4:]) or {} -%}
    {%- set settings = dict(dict(source, **own), **of_column) -%}
    {%- set point = settings.get('decimal') or '.' -%}
    {%- set sign = settings.get('thousands', ',' if point == '.' else '.') -%}
    {%- set group = sign if sign in ('.', ',') else ' ' -%}
    {%- set pattern = "^([A-Z]{3})?([+-]?([0-9]+|[0-9]{1,3}([" ~ group ~ "][0-9]{3})+)([" ~ point
        ~ "][0-9]+)?([eE][+-]?[0-9]{1,2})?)([A-Z]{3})?$" -%}
    {%- set signs = " \u00a0\u202f\u2019''$€£¥%" -%}
    try_cast(
        translate(
            regexp_extract(translate({{ column }}, '{{ signs }}', ''), '{{ pattern }}', 2),
            '{{ point ~ group }}', '.'
        ) as decimal(18, {{ scale }})
    )
{%- endmacro %}
