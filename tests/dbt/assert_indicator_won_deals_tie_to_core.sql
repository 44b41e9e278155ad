{{ config(
    meta={
        'rule_id': 'IND-WON-TIES',
        'sentence': 'Won and lost deals in the win rate are those of the core, month by month.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
-- Risk: a join on the way to a mart lost or doubled deals, and the win rate still looks plausible.
with

core as (
    select
        sum(case when opportunities.is_won then 1 else 0 end) as won_count,
        count(*) as closed_count
    from {{ ref('fct_opportunity') }} as opportunities
    cross join {{ ref('dim_clock') }} as clock
    where
        opportunities.is_closed
        and not opportunities.is_deleted
        and opportunities.outcome in ('won', 'lost')
        and opportunities.close_date <= clock.as_of_date
),

mart as (
    select
        sum(numerator) as won_count,
        sum(denominator) as closed_count
    from {{ ref('fct_lagging_indicator') }}
    where
        indicator_id = 'PI-11'
        and measure_id = 'by_count'
        and entity_type = 'company'
        and period_grain = 'month'
        and dimension = 'all'
)

select
    core.won_count,
    core.closed_count,
    mart.won_count as mart_won_count,
    mart.closed_count as mart_closed_count
from core
cross join mart
where
    coalesce(core.won_count, 0) <> coalesce(mart.won_count, 0)
    or core.closed_count <> coalesce(mart.closed_count, 0)
