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
    -- A median time that few have reached has no upper end yet.
    or (published.value_low is null and published.value_high is not null)
    or (
        published.value_low is not null and published.value_high is null
        and indicators.aggregation <> 'survival'
    )
    or published.value < indicators.value_minimum - 0.000000001
    or published.value > indicators.value_maximum + 0.000000001
    or published.value_low < indicators.value_minimum - 0.000000001
    or published.value_high > indicators.value_maximum + 0.000000001
