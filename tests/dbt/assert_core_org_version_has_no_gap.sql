-- Risk: a fact whose day falls between two versions of the organisation belongs to nobody.
{{ config(
    meta={
        'rule_id': 'CORE-ORG-VERSION-UNBROKEN',
        'sentence': 'Around each person the organisation has exactly one version on every day.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

numbered as (
    select
        person_id,
        valid_from,
        valid_to,
        lag(valid_to) over (
            partition by person_id
            order by valid_from asc nulls last
        ) as previous_to,
        lead(valid_from) over (
            partition by person_id
            order by valid_from asc nulls last
        ) as next_from
    from {{ ref('dim_org_version') }}
)

select *
from numbered
where
    valid_to <= valid_from
    or (previous_to is null and valid_from <> cast('1900-01-01' as date))
    or previous_to <> valid_from
    or (next_from is null and valid_to <> cast('9999-12-31' as date))
