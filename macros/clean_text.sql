{% macro clean_text(column) -%}
    {%- set edges = "' ' || chr(9) || chr(10) || chr(13)" -%}
    nullif(trim(both {{ edges }} from replace({{ column }}, chr(160), ' ')), '')
{%- endmacro %}
