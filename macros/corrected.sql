-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02
{#- The project is read once for all runs, when no corrections are known yet: so every object names
    the model of corrections then, and no other time. -#}
{% macro corrected(system, object) -%}
    {%- if not execute -%} {%- do ref('stg_halftime__corrected_value') -%} {%- endif -%}
    {%- set mended = (var('corrections').get(system) or {}).get(object) or {} -%}
    {%- if not mended -%} {{ return(source(system, object)) }} {%- endif -%}
    {%- set path = ['source', project_name, system, object] | join('.') -%}
    {%- set columns = graph.sources[path].columns if execute and path in graph.sources else {} -%}
    {%- set new = "case when is_mended_%s = 1 then mended_%s else raw_%s end as raw_%s, " -%}
    (
        select
        {% for raw in columns %}{{ new | replace('%s', raw[4:]) if raw[4:] in mended else raw ~ ', '
            }}{% endfor %}
            _extra, _row_problem, _source_file, _source_row, _source_cell, _file_date, _load_id,
            _landed_at
        from {{ source(system, object) }}
        left join (
            select mended_file, mended_row, mended_cell, mended_load_id
            {%- for name in mended %}, max(case column_name when '{{ name }}' then new_value end)
                as mended_{{ name }}, max(case column_name when '{{ name }}' then 1 end)
                as is_mended_{{ name }}{% endfor %}
            from {{ ref('stg_halftime__corrected_value') }}
            where is_applied and source_system = '{{ system }}' and object = '{{ object }}'
            group by mended_file, mended_row, mended_cell, mended_load_id
        ) as mended on _source_file = mended_file and _source_row = mended_row
            and coalesce(_source_cell, '') = mended_cell and _load_id = mended_load_id) as corrected
{%- endmacro %}
