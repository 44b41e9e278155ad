-- Risk: a deal with two states at once, or none, makes the pipeline of that day wrong.
{{ config(
    meta={
        'rule_id': 'CORE-OPPORTUNITY-VERSION-UNBROKEN',
        'sentence': 'Each deal has exactly one state at every moment from its first to 9999-12-31.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

numbered as (
    select
        opportunity_id,
        version_number,
        is_last,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by opportunity_id
            order by version_number asc nulls last
        ) as next_from
    from {{ ref('fct_opportunity_version') }}
)

select *
from numbered
where
    valid_to <= valid_from
    or next_from <> valid_to
    or (next_from is null and valid_to <> cast('9999-12-31' as timestamp))
    or (next_from is null) <> is_last
