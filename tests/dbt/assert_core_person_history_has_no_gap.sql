-- Risk: a day on which a person is in two teams, or in none, is counted twice or not at all.
{{ config(
    meta={
        'rule_id': 'CORE-PERSON-HISTORY-UNBROKEN',
        'sentence': 'Each person is in exactly one place of the organisation on every day.',
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
    from {{ ref('dim_person_history') }}
)

select *
from numbered
where
    valid_to <= valid_from
    or (previous_to is null and valid_from <> cast('1900-01-01' as date))
    or previous_to <> valid_from
    or (next_from is null and valid_to <> cast('9999-12-31' as date))
