-- Risk: deals of a currency without a rate are missing from every total in the reporting currency.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-CURRENCY-RATES-KNOWN',
        'sentence': 'Every amount of a deal, line, quota or forecast has an exchange rate on its day '
            ~ 'and on the first day of the fiscal year.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
with

unconverted as (
    select
        'fct_opportunity' as table_name,
        currency_code,
        currency_reason_code
    from {{ ref('fct_opportunity') }}
    union all
    select
        'fct_quota' as table_name,
        currency_code,
        currency_reason_code
    from {{ ref('fct_quota') }}
    union all
    select
        'fct_forecast' as table_name,
        currency_code,
        currency_reason_code
    from {{ ref('fct_forecast') }}
    union all
    select
        'fct_opportunity_line' as table_name,
        currency_code,
        currency_reason_code
    from {{ ref('fct_opportunity_line') }}
)

select
    table_name,
    currency_code,
    currency_reason_code,
    count(*) as row_count
from unconverted
where currency_reason_code is not null
group by table_name, currency_code, currency_reason_code
