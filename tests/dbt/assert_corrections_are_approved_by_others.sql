{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORRECTION-APPROVED-BY-AUTHOR',
        'sentence': 'Nobody approves a correction of their own; such a one is not applied.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
-- Risk: who tried to change a figure alone goes unnoticed because it was refused.
select
    source_file,
    source_row,
    load_id
from {{ ref('correction') }}
where reason_code = 'approved_by_author'
