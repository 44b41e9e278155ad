{{ config(
    meta={
        'rule_id': 'LEDGER-RESIDUAL',
        'sentence': 'Every landed row is accepted, superseded or rejected: nothing is left over.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a row that is neither accepted, superseded nor rejected was lost in silence.
select
    source_system,
    object,
    source_file,
    load_id,
    residual_rows
from {{ ref('ledger') }}
where residual_rows <> 0 or file_status = 'unrecorded'
