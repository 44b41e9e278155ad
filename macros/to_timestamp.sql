{% macro to_timestamp(column, system, object) -%}
    {%- set source = var('source_settings').get(system) or {} -%}
    {%- set own = (source.get('objects') or {}).get(object) or {} -%}
    {%- set zone = dict(dict(source, **own), **(own.formats or {}).get(column[4:], {})).timezone -%}
    {%- set path = ['source', project_name, system, object] | join('.') -%}
    {%- set columns = graph.sources[path].columns if execute and path in graph.sources else {} -%}
    {%- set epoch = column in columns and 'epoch' in columns[column].config.meta -%}
    {%- set part = "regexp_extract(" ~ column ~ ", '^ *([0-9]{9,10})([0-9]{3}) *$', %s)" -%}
    {%- set start = "cast('1970-01-01 00:00:00' as timestamp)" -%}
    {%- set second = dbt.dateadd('second', "try_cast(%s as bigint)" % (part % 1), start) -%}
    {%- set stamp = '^ *([0-9]{4}-[0-9]{2}-[0-9]{2}[T ]'
        ~ '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?) ?' -%}
    {%- set zoned = "regexp_extract(%s, '%s([+-])([0-9]{2}):?([0-9]{2}) *$', " % (column, stamp) -%}
    {%- set offset = "-1 * try_cast(%s4) || '1' as integer) * (60 * try_cast(%s5) as integer)
            + try_cast(%s6) as integer))" % (zoned, zoned, zoned) -%}
    {%- set local = to_date(column, system, object, 'timestamp') -%}
    {%- set in_zone = adapter.dispatch('in_zone', 'halftime') -%}
    {%- set local = in_zone(local, zone, 'UTC') if zone and zone != 'UTC' else local -%}
    coalesce(
        {% if epoch %}try_cast({{ second }} || '.' || {{ part % 2 }} as timestamp),{% endif %}
        try_cast(regexp_extract({{ column }}, '{{ stamp }}(Z|UTC) *$', 1) as timestamp),
        {{ local }},
        {{ dbt.dateadd('minute', offset, 'try_cast(%s1) as timestamp)' % zoned) | trim }}
    )
{%- endmacro %}
