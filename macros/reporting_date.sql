{% macro reporting_date(timestamp) -%}
    {%- set zone = var('reporting_timezone') or 'UTC' -%}
    {%- if zone == 'UTC' -%} cast({{ timestamp }} as date)
    {%- else -%} cast({{ adapter.dispatch('in_zone', 'halftime')(timestamp, 'UTC', zone) }} as date)
    {%- endif -%}
{%- endmacro %}
