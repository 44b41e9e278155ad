{% macro median(expression) -%}
    median({{ expression }})
{%- endmacro %}
