{{ config(
    meta={
        'rule_id': 'IND-REASON',
        'sentence': 'A figure without a value says why; one with a value bears no reason but small_n.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: an empty cell without a reason reads as zero.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
)

select *
from published
where
    (value is null and (reason_code is null or reason_code = 'small_n'))
    or (value is not null and reason_code is not null and reason_code <> 'small_n')
    or (value is not null and denominator = 0)
