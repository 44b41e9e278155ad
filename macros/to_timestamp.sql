{% macro to_timestamp(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set settings = dict(source, **((source.get('objects') or {}).get(object) or {})) -%}
    {%- set zone = settings.timezone or 'UTC' -%}
    {%- set stamp = '^ *([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)' -%}
    {%- set zoned = "regexp_extract(" ~ column ~ ", '" ~ stamp
        ~ " ?([+-])([0-9]{2}):?([0-9]{2}) *$', %s)" -%}
    {%- set local = to_date(column, system, object, 'timestamp') -%}
    {%- set minutes = "-1 * try_cast(%s || '1' as integer) * (60 * try_cast(%s as integer)
            + try_cast(%s as integer))" % (zoned % 4, zoned % 5, zoned % 6) -%}
    coalesce(
        case when {{ column }} like '%Z'
            then try_cast(regexp_extract({{ column }}, '{{ stamp }}Z$', 1) as timestamp) end,
        {{ local if zone == 'UTC' else adapter.dispatch('in_zone', 'halftime')(local, zone, 'UTC') }},
        {{ dbt.dateadd('minute', minutes, 'try_cast(%s as timestamp)' % (zoned % 1)) | trim }}
    )
{%- endmacro %}
