{% macro to_timestamp(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set own = (source.get('objects') or {}).get(object) or {} -%}
    {%- set of_column = (own.get('formats') or {}).get(column[4:]) or {} -%}
    {%- set settings = dict(dict(source, **own), **of_column) -%}
    {%- set zone = settings.timezone or 'UTC' -%}
    {%- set day = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set time = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?' -%}
    {%- set stamp = '^ *(' ~ day ~ '[T ]' ~ time ~ ')' -%}
    {%- set zoned = "regexp_extract(" ~ column ~ ", '" ~ stamp
        ~ " ?([+-])([0-9]{2}):?([0-9]{2}) *$', %s)" -%}
    {%- set sign, hours, minutes = zoned % 4, zoned % 5, zoned % 6 -%}
    {%- set offset = "-1 * try_cast(%s || '1' as integer) * (60 * try_cast(%s as integer)
            + try_cast(%s as integer))" % (sign, hours, minutes) -%}
    {%- set local = to_date(column, system, object, 'timestamp') -%}
    {%- if zone != 'UTC' -%}
        {%- set local = adapter.dispatch('in_zone', 'halftime')(local, zone, 'UTC') -%}
    {%- endif -%}
    coalesce(
        case when {{ column }} like '%Z'
            then try_cast(regexp_extract({{ column }}, '{{ stamp }}Z$', 1) as timestamp) end,
        {{ local }},
        {{ dbt.dateadd('minute', offset, 'try_cast(%s as timestamp)' % (zoned % 1)) | trim }}
    )
{%- endmacro %}
