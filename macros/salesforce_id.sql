{% macro salesforce_id(column) -%}
    {%- set text = clean_text(column) -%}
    coalesce(
        nullif(regexp_extract({{ text }}, '^([0-9A-Za-z]{15})[0-9A-Za-z]{3}$', 1), ''), {{ text }}
    )
{%- endmacro %}
