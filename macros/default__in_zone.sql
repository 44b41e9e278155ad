{% macro default__in_zone(timestamp, from_zone, to_zone) -%}
    timezone('{{ to_zone }}', timezone('{{ from_zone }}', {{ timestamp }}))
{%- endmacro %}
