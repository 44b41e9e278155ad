{% macro clean_text(column) -%}
    nullif(trim(both ' {{ "\t\n\r" }}' from replace({{ column }}, '{{ "\u00a0" }}', ' ')), '')
{%- endmacro %}
