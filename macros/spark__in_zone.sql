{% macro spark__in_zone(timestamp, from_zone, to_zone) -%}
    from_utc_timestamp(to_utc_timestamp({{ timestamp }}, '{{ from_zone }}'), '{{ to_zone }}')
{%- endmacro %}
