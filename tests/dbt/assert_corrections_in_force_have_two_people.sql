{{ config(
    meta={
        'rule_id': 'CORRECTION-TWO-PEOPLE',
        'sentence': 'No correction in force was approved by the person who asked for it.',
        'rationale': 'Two names of one person, an id and an e-mail address, are one person.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: under two of their names somebody changes a figure alone, and it is published.
select
    source_file,
    source_row,
    load_id
from {{ ref('correction') }}
where fate = 'applied' and approval <> 'approved'
