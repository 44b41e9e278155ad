{{ config(
    meta={
        'rule_id': 'RECONCILIATION-WHOLE',
        'sentence': 'Rows and amounts from raw to staging, core and mart differ by named reasons only.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: money is lost or doubled on the way to a figure, and no single step notices.
select
    source_system,
    object,
    column_name,
    step
from {{ ref('reconciliation') }}
where step like 'unexplained%' and (row_count <> 0 or amount <> 0)
