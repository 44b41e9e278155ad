-- Risk: a day on which a person has two managers on one level counts their deals and sessions twice
-- for those above.
{{ config(
    meta={
        'rule_id': 'CORE-REPORTING-LINE-NO-OVERLAP',
        'sentence': 'No person has two managers on the same level on the same day.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

followed as (
    select
        person_id,
        depth,
        ancestor_id,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by person_id, depth
            order by valid_from asc nulls last, valid_to asc nulls last
        ) as next_from
    from {{ ref('dim_reporting_line') }}
)

select
    person_id,
    depth,
    ancestor_id,
    valid_from
from followed
where valid_to <= valid_from or next_from < valid_to
