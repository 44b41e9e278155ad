{{ config(
    meta={
        'rule_id': 'IND-REASON',
        'sentence': 'A figure without a value says why; one with a value bears none but small_n or left_truncated.',
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
    (value is null and coalesce(reason_code, 'small_n') in ('small_n', 'left_truncated'))
    or (value is not null and reason_code not in ('small_n', 'left_truncated'))
    or (value is not null and denominator = 0)
