{% macro to_timestamp(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set settings = dict(source, **((source.get('objects') or {}).get(object) or {})) -%}
    {%- set zone = settings.timezone or 'UTC' -%}
    {%- set stamp = "^[ ]*([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)" -%}
    {%- set offset = "regexp_extract(" ~ column ~ ", '" ~ stamp ~ "[ ]?([+-])([0-9]{2}):?([0-9]{2})[ ]*$', " -%}
    {%- set local = to_date(column, system, object, 'timestamp') -%}
    coalesce(
        case when {{ column }} like '%Z'
            then try_cast(regexp_extract({{ column }}, '{{ stamp }}Z$', 1) as timestamp) end,
        {{ local if zone == 'UTC' else adapter.dispatch('in_zone', 'halftime')(local, zone, 'UTC') }},
        {{ dbt.dateadd('minute', "-1 * try_cast(" ~ offset ~ "4) || '1' as integer) * (60 * try_cast("
            ~ offset ~ "5) as integer) + try_cast(" ~ offset ~ "6) as integer))",
            "try_cast(" ~ offset ~ "1) as timestamp)") }}
    )
{%- endmacro %}
