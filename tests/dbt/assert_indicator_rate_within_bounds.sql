{{ config(
    meta={
        'rule_id': 'IND-BOUNDS',
        'sentence': 'A share lies between 0 and 1 and inside its own interval.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a share above one or an interval that misses its value is believed because it is printed.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
)

select published.*
from published
inner join {{ ref('indicators') }} as indicators
    on
        published.indicator_id = indicators.indicator_id
        and published.measure_id = indicators.measure_id
where
    published.value_low > published.value
    or published.value_high < published.value
    or published.value_low < 0
    or published.value_high > 1
    or (published.value_low is null) <> (published.value_high is null)
    or published.value < 0
    or (
        indicators.unit in ('rate', 'index')
        and published.indicator_id <> 'QU-01'
        and published.value > 1.000000001
    )
