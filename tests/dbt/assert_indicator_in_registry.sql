{{ config(
    meta={
        'rule_id': 'IND-REGISTRY',
        'sentence': 'Every figure is in the registry.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a figure without a definition cannot be explained to anybody. The other way round depends
-- on what was delivered: a company without people or coaching log has fewer measures.
with

published as (
    select * from {{ ref('fct_leading_indicator') }}
    union all
    select * from {{ ref('fct_lagging_indicator') }}
),

figures as (
    select
        indicator_id,
        measure_id
    from published
    group by indicator_id, measure_id
)

select
    figures.indicator_id,
    figures.measure_id
from figures
left join {{ ref('indicators') }} as indicators
    on
        figures.indicator_id = indicators.indicator_id
        and figures.measure_id = indicators.measure_id
where indicators.indicator_id is null
