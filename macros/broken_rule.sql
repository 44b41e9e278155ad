{% macro broken_rule(system, object) -%}
    {%- set path = ['source', project_name, system, object] | join('.') -%}
    {%- set columns = graph.sources[path].columns if execute and path in graph.sources else {} -%}
    case
        when _row_problem is not null and _row_problem <> 'ragged_row' then 'not_data'
        when coalesce({% for raw in columns %}{{ clean_text(raw) }}, {% endfor %}null) is null then 'not_data'
        when _row_problem is not null then 'ragged_row'
    {%- for reason in ('missing', 'ambiguous_date', 'unparsable', 'not_accepted', 'out_of_range') %}
    {%- for raw, column in columns.items() %}
        {%- set meta = column.config.meta %}
        {%- set typed = meta.typed or raw[4:] %}
        {%- set dated = reason == 'ambiguous_date' and meta.kind in ('date', 'timestamp') %}
        {%- set all = to_date(raw, system, object, meta.kind, true) if dated else [] %}
        {%- set broken = {
            'missing': clean_text(raw) ~ " is null" if meta.nullable == false,
            'ambiguous_date': "least(" ~ all | join(', ') ~ ") <> greatest(" ~ all | join(', ') ~ ")" if all | length > 2,
            'unparsable': typed ~ " is null and " ~ clean_text(raw) ~ " is not null" if meta.kind not in ('text', 'id', 'email'),
            'not_accepted': typed ~ " not in ('" ~ meta.accepted | join("', '") ~ "')" if meta.accepted,
            'out_of_range': typed ~ " not between " ~ meta.get('min', typed) ~ " and " ~ meta.get('max', typed) if 'min' in meta or 'max' in meta} %}
        {%- if broken[reason] %}{{ '\n' }}        when {{ broken[reason] }} then '{{ reason }}:{{ raw[4:] }}'{% endif %}
    {%- endfor %}
    {%- endfor %}
    end
{%- endmacro %}
