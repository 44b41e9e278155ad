{{ config(
    meta={
        'rule_id': 'COACHING-MATURITY-REP-MONTHS',
        'sentence': 'What is counted of rep-months adds up to the figures of their manager.',
        'severity': 'critical',
        'owner': 'enablement',
    }
) }}
-- Risk: the draws count by the month what indicators count by the quarter; if either changes alone,
-- how sure a level is would be said of other figures.
{%- set inputs = [
    ('CO-01', 'adherence'), ('TR-03', 'reinforced'), ('AF-03', 'followed'), ('AF-01', 'on_time'),
    ('LD-01', 'leading')
] %}
with

indicators as (
    select * from {{ ref('indicators') }}
    where is_headline
),

figures as (
    select added_up.*
    from {{ ref('ind_added_up') }} as added_up
    inner join indicators
        on
            added_up.indicator_id = indicators.indicator_id
            and added_up.measure_id = indicators.measure_id
    where
        added_up.dimension = 'all'
        and added_up.entity_type = 'manager'
        and added_up.entity_id <> '(unassigned)'
        and added_up.period_grain in ('quarter', 'fiscal_quarter')
),

pieces as (
    {% for code, name in inputs %}
        select
            '{{ code }}' as indicator_id,
            manager_id,
            period_grain,
            period_start,
            sum({{ name }}_count) as numerator,
            sum({{ name }}_of_count) as denominator
        from {{ ref('ind_maturity_rep_month') }}
        group by manager_id, period_grain, period_start
        having sum({{ name }}_of_count) > 0
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    figures.indicator_id,
    figures.entity_id,
    figures.period_grain,
    figures.period_start
from figures
left join pieces
    on
        figures.indicator_id = pieces.indicator_id
        and figures.entity_id = pieces.manager_id
        and figures.period_grain = pieces.period_grain
        and figures.period_start = pieces.period_start
where
    figures.indicator_id in ('CO-01', 'TR-03', 'AF-03', 'AF-01', 'LD-01')
    and figures.denominator > 0
    and coalesce(
        figures.numerator <> pieces.numerator or figures.denominator <> pieces.denominator, true
    )
