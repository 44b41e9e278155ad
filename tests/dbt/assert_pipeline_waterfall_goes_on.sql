{{ config(
    meta={
        'rule_id': 'PIPELINE-WATERFALL-GOES-ON',
        'sentence': 'The open pipeline begins a period with what the period before ended with.',
        'severity': 'critical',
        'owner': 'revenue operations',
    }
) }}
-- Risk: each period ties by itself, but between two of them money appears or is lost.
with

waterfalls as (
    select * from {{ ref('rpt_pipeline_waterfall') }}
    where pipeline_view = 'open'
),

periods as (
    select
        period_grain,
        period_start,
        lead(period_start) over (
            partition by period_grain order by period_start asc
        ) as next_start
    from {{ ref('ind_period_day') }}
),

ends as (
    select
        waterfalls.entity_type,
        waterfalls.entity_id,
        waterfalls.period_grain,
        periods.next_start as period_start,
        waterfalls.currency_view,
        waterfalls.currency_code,
        waterfalls.end_amount,
        waterfalls.end_count
    from waterfalls
    inner join periods
        on
            waterfalls.period_grain = periods.period_grain
            and waterfalls.period_start = periods.period_start
    where periods.next_start is not null
)

select
    coalesce(waterfalls.entity_type, ends.entity_type) as entity_type,
    coalesce(waterfalls.entity_id, ends.entity_id) as entity_id,
    coalesce(waterfalls.period_grain, ends.period_grain) as period_grain,
    coalesce(waterfalls.period_start, ends.period_start) as period_start,
    coalesce(waterfalls.currency_view, ends.currency_view) as currency_view,
    coalesce(waterfalls.currency_code, ends.currency_code) as currency_code,
    ends.end_amount,
    waterfalls.start_amount
from waterfalls
full outer join ends
    on
        waterfalls.entity_type = ends.entity_type
        and waterfalls.entity_id = ends.entity_id
        and waterfalls.period_grain = ends.period_grain
        and waterfalls.period_start = ends.period_start
        and waterfalls.currency_view = ends.currency_view
        and waterfalls.currency_code = ends.currency_code
where
    coalesce(waterfalls.start_amount, 0) <> coalesce(ends.end_amount, 0)
    or coalesce(waterfalls.start_count, 0) <> coalesce(ends.end_count, 0)
