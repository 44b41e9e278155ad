{{ config(
    meta={
        'rule_id': 'IND-REGISTRY',
        'sentence': 'Every figure is in the registry, and every measure of the registry has figures.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a figure without a definition, or a definition without a figure, cannot be explained to anybody.
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
    figures.indicator_id as figure_indicator_id,
    figures.measure_id as figure_measure_id,
    indicators.indicator_id,
    indicators.measure_id
from figures
full outer join {{ ref('indicators') }} as indicators
    on
        figures.indicator_id = indicators.indicator_id
        and figures.measure_id = indicators.measure_id
where
    indicators.indicator_id is null
    -- Without any rep there is no row at all; then there is nothing to hold the registry against.
    or (figures.indicator_id is null and exists (select 1 as found from figures))
