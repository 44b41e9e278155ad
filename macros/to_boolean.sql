{% macro to_boolean(column, system, object) -%}
    case
        when lower({{ clean_text(column) }}) in ('true', '1', 'yes', 'y', 't') then true
        when lower({{ clean_text(column) }}) in ('false', '0', 'no', 'n', 'f') then false
    end
{%- endmacro %}
