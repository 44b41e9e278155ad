{% macro currency_reason(amount, rate, constant_rate, converted_amount, constant_amount) -%}
    case
        when {{ amount }} is null then null
        when {{ rate }} is null then 'no_exchange_rate'
        when {{ constant_rate }} is null then 'no_constant_rate'
        when {{ converted_amount }} is null or {{ constant_amount }} is null
            then 'amount_too_large'
    end
{%- endmacro %}
