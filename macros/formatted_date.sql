{% macro formatted_date(column, format, type) -%}
    {%- set few = '([0-9]{1,2})' -%}
    {%- set capture = {'YYYY': '([0-9]{4})', 'M': few, 'D': few, 'HH': few, 'AM': '([AaPp])[Mm]',
        'HH12': '(0?[1-9]|1[0-2])', 'Mon': '([A-Za-z]{3})[A-Za-z]*[.]?'} -%}
    {%- set pattern, p = namespace(text='^[ \u00a0]*'), {} -%}
    {%- for token in modules.re.findall('YYYY|YY|Mon|MM|MI|M|DD|D|HH12|HH|SS|AM|.', format) -%}
        {%- set plain = '([0-9]{2})' if token | length > 1 else '[' ~ token ~ ']' -%}
        {%- set pattern.text = pattern.text ~ capture.get(token, plain) -%}
        {%- do p.update({token: p | length + 1}) if '(' in capture.get(token, plain) -%}
    {%- endfor -%}
    {%- for token, k in p.items() | list -%}
        {%- set part = "lpad(regexp_extract(%s, '%s[ \u00a0]*$', %s), %s, '0')" -%}
        {%- set width = {'YYYY': 4, 'Mon': 3}.get(token, 2) -%}
        {%- do p.update({token: part % (column, pattern.text, k, width)}) -%}
    {%- endfor -%}
    {%- set two = "lpad(cast(cast(%s as integer) as varchar(2)), 2, '0')" -%}
    {%- set index = "position(lower(%s) in 'jan feb mar apr may jun jul aug sep oct nov dec')" -%}
    {%- set mon = two % ("floor(cast(" ~ index % p.Mon ~ " + 3 as double) / 4)") -%}
    {%- set noon = "mod(try_cast(%s as integer), 12) + case %s when '0p' then 12 else 0 end" -%}
    {%- set hour = two % (noon % (p.HH12 or p.HH, "lower(" ~ p.AM ~ ")")) if p.AM else p.HH -%}
    {%- set year, month = p.YYYY or "'20' || " ~ p.YY, p.MM or p.M or mon -%}
    {%- set day = [year, month, p.DD or p.D] | join(" || '-' || ") -%}
    {%- set time = [hour or "'00'", p.MI or "'00'", p.SS or "'00'"] | join(" || ':' || ") -%}
    try_cast({{ day }}{{ " || ' ' || " ~ time if type == 'timestamp' }} as {{ type }})
{%- endmacro %}
