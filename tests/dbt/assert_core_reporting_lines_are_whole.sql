-- Risk: a circle, an unknown manager or a line that is too long leaves people out of the figures of
-- those above them, and nobody notices.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-REPORTING-LINE-WHOLE',
        'sentence': 'No line of managers is circular, too long, or leads to nobody.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
select
    person_id,
    kind,
    manager_id,
    valid_from
from {{ ref('dim_reporting_problem') }}
