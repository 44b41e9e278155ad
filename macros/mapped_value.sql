{% macro mapped_value(column, system, object) -%}
    {%- set settings = (var('source_settings').get(system) or {}).get('objects') or {} -%}
    {%- set contract = (graph.sources if execute else {}).get(
        'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object) or {} -%}
    {%- set meta = ((contract.get('columns') or {}).get(column) or {}).get('meta') or {} -%}
    {%- set configured = ((settings.get(object) or {}).get('values') or {}).get(column[4:]) or {} -%}
    {%- set map = {} -%}
    {%- for pairs in (meta.get('values') or {}, configured) -%}
        {%- for from, to in pairs.items() -%}
            {%- do map.update({(from | string | trim | lower): to | string}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set text = clean_text(column) -%}
    {%- set code = "replace(replace(lower(" ~ text ~ "), ' ', '_'), '-', '_')" -%}
    {%- if map -%} case lower({{ text }}) {%- endif -%}
    {%- for from, to in map.items() %}
        when '{{ from | replace("'", "''") }}' then '{{ to | replace("'", "''") }}'
    {%- endfor %}
    {% if map -%} else {{ code if meta.get('accepted') else text }} end
    {%- else -%} {{ code if meta.get('accepted') else text }} {%- endif -%}
{%- endmacro %}
