{% macro broken_rule(system, object) -%}
    {%- set path = ['source', project_name, system, object] | join('.') -%}
    {%- set columns = graph.sources[path].columns if execute and path in graph.sources else {} -%}
    {%- set rules = {'missing': "{text} is null",
        'ambiguous_date': "least({dates}) <> greatest({dates})",
        'unparsable': "{typed} is null and {text} is not null",
        'not_accepted': "{typed} not in ('{accepted}')",
        'out_of_range': "{typed} < {low} or {typed} > {high}"} -%}
    case
        when _row_problem not in ('ragged_row', 'key_collision') then 'not_data'
        when coalesce({% for raw in columns %}{{ clean_text(raw) }}, {% endfor %}null) is null
            then 'not_data'
        when _row_problem is not null then _row_problem
    {%- for reason, rule in rules.items() %}{% for raw, column in columns.items() %}
        {%- set meta, typed = column.config.meta, column.config.meta.typed or raw[4:] %}
        {%- set dated = reason == 'ambiguous_date' and meta.kind in ('date', 'timestamp') %}
        {%- set dates = to_date(raw, system, object, meta.kind, true) if dated else [] %}
        {%- if {'missing': meta.nullable == false, 'ambiguous_date': dates | length > 2,
            'unparsable': meta.kind not in ('text', 'id', 'email'), 'not_accepted': meta.accepted,
            'out_of_range': 'min' in meta or 'max' in meta}[reason] %}
        when {{ rule.format(text=clean_text(raw), typed=typed, dates=dates | join(', '),
            accepted=(meta.accepted or []) | join("', '"), low=meta.get('min', typed),
            high=meta.get('max', typed)) }} then '{{ reason }}:{{ raw[4:] }}'
    {%- endif %}{% endfor %}{% endfor %} end
{%- endmacro %}
