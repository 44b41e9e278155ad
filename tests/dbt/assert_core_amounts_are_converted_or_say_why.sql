-- Risk: an amount that was not converted drops out of a total in the reporting currency unseen.
{{ config(
    meta={
        'rule_id': 'CORE-CURRENCY-ACCOUNTED',
        'sentence': 'Every amount has its converted twins or a reason for the missing one, and an '
            ~ 'amount in the reporting currency is its own twin.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

amounts as (
    {% for table, key, column in [
        ('fct_opportunity', 'opportunity_id', 'amount'),
        ('fct_opportunity_version', 'opportunity_id', 'amount'),
        ('fct_pipeline_snapshot', 'opportunity_id', 'amount'),
        ('fct_quota', 'quota_id', 'quota_amount'),
    ] -%}
        select
            '{{ table }}' as table_name,
            {{ key }} as record_id,
            {{ column }} as amount,
            currency_code,
            reporting_amount,
            constant_rate_amount,
            reporting_currency_code,
            currency_reason_code
        from {{ ref(table) }}
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
)

select *
from amounts
where
    (amount is null and (reporting_amount is not null or currency_reason_code is not null))
    or (
        amount is not null
        and currency_reason_code is null
        and (reporting_amount is null or constant_rate_amount is null)
    )
    or (
        currency_reason_code is not null
        and reporting_amount is not null
        and constant_rate_amount is not null
    )
    or (
        currency_code = reporting_currency_code
        and (reporting_amount <> amount or constant_rate_amount <> amount)
    )
