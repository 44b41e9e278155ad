{% macro to_date(column, system, object, type='date', candidates=false) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set own = (source.get('objects') or {}).get(object) or {} -%}
    {%- set of_column = (own.get('formats') or {}).get(column[4:]) or {} -%}
    {%- set settings = dict(dict(source, **own), **of_column) -%}
    {%- set day = "[0-9]{4}-[0-9]{2}-[0-9]{2}" -%}
    {%- set time = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?" -%}
    {%- set iso = {'date': "(" ~ day ~ ")([T ][0-9:.]+( ?(Z|UTC|[+-][0-9:]+))?)?",
        'timestamp': "(" ~ day ~ "([T ]" ~ time ~ ")?)"}[type] -%}
    {%- set found = ["try_cast(regexp_extract(" ~ column ~ ", '^[ \u00a0]*" ~ iso
        ~ "[ \u00a0]*$', 1) as " ~ type ~ ")"] -%}
    {%- for format in (settings.date_formats or []) + (settings.timestamp_formats or []) -%}
        {%- if format not in ('YYYY-MM-DD', 'YYYY-MM-DD HH:MI', 'YYYY-MM-DD HH:MI:SS') -%}
            {%- do found.append(formatted_date(column, format, type)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if candidates -%} {{ return(found) }} {%- endif -%}
    coalesce(
        {{ found | join(',\n        ') }}
    )
{%- endmacro %}
