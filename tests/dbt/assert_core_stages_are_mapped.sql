-- Risk: a stage that nobody mapped is read by its flags alone, without a place on the road.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-STAGES-MAPPED',
        'sentence': 'Every stage that a deal was ever in is in the stage map.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
select
    source_system,
    stage_name,
    row_count
from {{ ref('dim_unmapped_stage') }}
