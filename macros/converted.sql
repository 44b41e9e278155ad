{% macro converted(amount, rate) -%}
    {#- Multiplying by a rate needs digits of 128 bits, whose division DuckDB does bit by bit: three
        microseconds a row, which most rows need not pay. -#}
    case
        when {{ rate }} = 1 then cast({{ amount }} as decimal(18, 2))
        else try_cast({{ amount }} * {{ rate }} as decimal(18, 2))
    end
{%- endmacro %}
