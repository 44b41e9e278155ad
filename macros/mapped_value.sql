{% macro mapped_value(column, system, object) -%}
    {%- set settings = (var('source_settings').get(system) or {}).get('objects') or {} -%}
    {%- set path = ['source', project_name, system, object] | join('.') -%}
    {%- set columns = graph.sources[path].columns if execute and path in graph.sources else {} -%}
    {%- set meta = columns[column].config.meta if column in columns else {} -%}
    {%- set configured = (settings.get(object) or {}).get('values') or {} -%}
    {%- set map = {} -%}
    {%- for pairs in (meta.get('values') or {}, configured.get(column[4:]) or {}) -%}
        {%- for old, new in pairs.items() -%}
            {%- set plain = (old | string).replace('\u00a0', ' ').strip(' \t\r\n') -%}
            {%- do map.update({plain | lower: [plain, new | string]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set text = clean_text(column) -%}
    {%- set code = "replace(replace(lower(" ~ text ~ "), ' ', '_'), '-', '_')" -%}
    {%- set other = code if 'accepted' in meta else text -%}
    {%- if not map -%} {{ return(other) }} {%- endif -%}
    case lower({{ text }})
    {#- SQL takes the letters of both sides: Python writes some of them small in another way. -#}
    {%- for old, new in map.values() %}
        when lower('{{ old | replace("'", "''") }}') then '{{ new | replace("'", "''") }}'
    {%- endfor %}
        else {{ other }}
    end
{%- endmacro %}
