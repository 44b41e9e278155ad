{% macro formatted_date(column, format, type) -%}
    {%- set capture = {'YYYY': '([0-9]{4})', 'YY': '([0-9]{2})', 'Mon': '([A-Za-z]{3})[A-Za-z]*[.]?',
        'MM': '([0-9]{2})', 'M': '([0-9]{1,2})', 'DD': '([0-9]{2})', 'D': '([0-9]{1,2})',
        'HH': '([0-9]{1,2})', 'HH12': '(0?[1-9]|1[0-2])', 'MI': '([0-9]{2})', 'SS': '([0-9]{2})',
        'AM': '([AaPp])[.]?[Mm][.]?'} -%}
    {%- set blank = '[ \u00a0]*' -%}
    {%- set pattern, p = namespace(text='^' ~ blank), {} -%}
    {%- for token in modules.re.findall('YYYY|YY|Mon|MM|MI|M|DD|D|HH12|HH|SS|AM|.', format) -%}
        {%- do p.update({token: p | length + 1}) if token in capture -%}
        {%- set pattern.text = pattern.text ~ capture.get(token, '[' ~ token ~ ']') -%}
    {%- endfor -%}
    {%- for token, k in p.items() | list -%}
        {%- set found = "regexp_extract(%s, '%s%s$', %s)" % (column, pattern.text, blank, k) -%}
        {%- do p.update({token: "lpad(%s, %s, '0')" % (found, {'YYYY': 4, 'Mon': 3}.get(token, 2))}) -%}
    {%- endfor -%}
    {%- set months = 'jan feb mar apr may jun jul aug sep oct nov dec' -%}
    {%- set number = "lpad(cast(cast(%s as integer) as varchar(2)), 2, '0')" -%}
    {%- set month = p.MM or p.M or number % ("floor(cast(position(lower(%s) in '%s') + 3 as double) / 4)"
        % (p.Mon, months)) -%}
    {%- set hour = p.HH12 or p.HH or "'00'" -%}
    {%- set noon = "try_cast(%s as integer) %% 12 + case when lower(%s) like '%%p' then 12 else 0 end" -%}
    {%- set time = [number % (noon % (hour, p.AM)) if p.AM else hour, p.MI or "'00'", p.SS or "'00'"] -%}
    try_cast({{ [p.YYYY or "'20' || " ~ p.YY, month, p.DD or p.D] | join(" || '-' || ") -}}
        {{- " || ' ' || " ~ time | join(" || ':' || ") if type == 'timestamp' }} as {{ type }})
{%- endmacro %}
