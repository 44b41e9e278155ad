-- Risk: two rates on one day convert an amount twice, none leaves it out.
{{ config(
    meta={
        'rule_id': 'CORE-EXCHANGE-RATE-UNBROKEN',
        'sentence': 'Each currency has exactly one rate above zero on every day from its first to '
            ~ '9999-12-31.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

followed as (
    select
        currency_code,
        rate,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by currency_code
            order by valid_from asc nulls last
        ) as next_from
    from {{ ref('dim_exchange_rate') }}
)

select *
from followed
where
    rate <= 0
    or valid_to <= valid_from
    or coalesce(next_from, cast('9999-12-31' as date)) <> valid_to
