-- Risk: names that nobody is found for fall out of every person's figures and gather under
-- (unassigned).
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-PEOPLE-MATCHED',
        'sentence': 'At most 5 % of the references to people are unmatched or ambiguous, in each '
            ~ 'system.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
with

matched as (
    select
        system,
        sum(row_count) as row_count
    from {{ ref('bridge_person_identity') }}
    group by system
),

unmatched as (
    select
        system,
        sum(row_count) as row_count
    from {{ ref('dim_unmatched_person') }}
    group by system
)

select
    unmatched.system,
    unmatched.row_count as unmatched_rows,
    coalesce(matched.row_count, 0) as matched_rows
from unmatched
left join matched
    on unmatched.system = matched.system
where 20 * unmatched.row_count > unmatched.row_count + coalesce(matched.row_count, 0)
