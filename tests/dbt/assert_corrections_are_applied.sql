{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORRECTION-APPLIED',
        'sentence': 'Every correction that was not replaced or withdrawn is applied, and mends its row.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
-- Risk: somebody believes that a figure was mended, and it never was.
select
    source_file,
    source_row,
    load_id,
    reason_code
from {{ ref('correction') }}
where
    rejected_rows > 0
    or reason_code not in ('replaced', 'withdrawn', 'overruled', 'approved_by_author', 'not_data')
