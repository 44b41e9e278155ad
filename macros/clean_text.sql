{% macro clean_text(column) -%}
    nullif(trim(both ' ' || chr(9) || chr(10) || chr(13) from replace({{ column }}, chr(160), ' ')), '')
{%- endmacro %}
