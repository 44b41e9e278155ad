{% macro salesforce_id(column) -%}
    {%- set text = clean_text(column) -%}
    case when length({{ text }}) = 18 then left({{ text }}, 15) else {{ text }} end
{%- endmacro %}
