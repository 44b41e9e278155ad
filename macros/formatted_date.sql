{% macro formatted_date(column, format, type) -%}
    {%- set capture = {
        'YYYY': '([0-9]{4})', 'YY': '([0-9]{2})', 'Mon': '([A-Za-z]{3})[A-Za-z]*[.]?',
        'MM': '([0-9]{2})', 'M': '([0-9]{1,2})', 'DD': '([0-9]{2})', 'D': '([0-9]{1,2})',
        'HH': '([0-9]{1,2})', 'HH12': '(0?[1-9]|1[0-2])', 'MI': '([0-9]{2})', 'SS': '([0-9]{2})',
        'AM': '([AaPp])[.]?[Mm][.]?'} -%}
    {%- set pattern = namespace(text='^[ \u00a0]*') -%}
    {%- set p = {} -%}
    {%- for token in modules.re.findall('YYYY|YY|Mon|MM|MI|M|DD|D|HH12|HH|SS|AM|.', format) -%}
        {%- do p.update({token: p | length + 1}) if token in capture -%}
        {%- set pattern.text = pattern.text ~ capture.get(token, '[' ~ token ~ ']') -%}
    {%- endfor -%}
    {%- for token, group in p.items() | list -%}
        {%- do p.update({token: "lpad(regexp_extract(" ~ column ~ ", '" ~ pattern.text ~ "[ \u00a0]*$', "
            ~ group ~ "), " ~ {'YYYY': 4, 'Mon': 3}.get(token, 2) ~ ", '0')"}) -%}
    {%- endfor -%}
    {%- set month = p.MM or p.M or "lpad(cast(cast(floor((position(lower(" ~ p.Mon ~ ") in
        'jan feb mar apr may jun jul aug sep oct nov dec') + 3) / 4) as integer) as varchar(2)), 2, '0')" -%}
    {%- set hour = p.HH12 or p.HH or "'00'" if not p.AM else "lpad(cast(try_cast(" ~ (p.HH12 or p.HH)
        ~ " as integer) % 12 + case when lower(" ~ p.AM ~ ") like '%p' then 12 else 0 end as varchar(2)), 2, '0')" -%}
    try_cast({{ p.YYYY or "'20' || " ~ p.YY }} || '-' || {{ month }} || '-' || {{ p.DD or p.D }}
        {%- if type != 'date' %} || ' ' || {{ hour }} || ':' || {{ p.MI or "'00'" }} || ':' || {{ p.SS or "'00'" }}{% endif %} as {{ type }})
{%- endmacro %}
