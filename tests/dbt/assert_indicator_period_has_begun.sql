{{ config(
    meta={
        'rule_id': 'IND-AS-OF',
        'sentence': 'No indicator is shown for a period that has not begun.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a period after the as-of date shows a future that nobody knows.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
)

select published.*
from published
cross join {{ ref('dim_clock') }} as clock
where published.period_start > clock.as_of_date
