{{ config(
    meta={
        'rule_id': 'LEDGER-COUNTS-WHAT-LANDED',
        'sentence': 'Only a file that brought no rows may have an unknown number of them.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: rows are taken from a file that nobody counted, and a residual of 0 says nothing of it.
select
    source_system,
    object,
    source_file,
    load_id
from {{ ref('ledger') }}
where not is_row_count_known and (file_status = 'landed' or source_rows <> 0)
