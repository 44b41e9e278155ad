{{ config(
    meta={
        'rule_id': 'PIPELINE-WATERFALL-CLOSES',
        'sentence': 'What was won, lost or given up in a period is the same in both views of the '
            ~ 'pipeline.',
        'severity': 'critical',
        'owner': 'revenue operations',
    }
) }}
-- Risk: two pages of one period that tell of different wins.
with

open_view as (
    select * from {{ ref('rpt_pipeline_waterfall') }}
    where pipeline_view = 'open'
),

due_view as (
    select * from {{ ref('rpt_pipeline_waterfall') }}
    where pipeline_view = 'due'
)

select
    open_view.entity_type,
    open_view.entity_id,
    open_view.period_grain,
    open_view.period_start,
    open_view.currency_view,
    open_view.currency_code
from open_view
left join due_view
    on
        open_view.entity_type = due_view.entity_type
        and open_view.entity_id = due_view.entity_id
        and open_view.period_grain = due_view.period_grain
        and open_view.period_start = due_view.period_start
        and open_view.currency_view = due_view.currency_view
        and open_view.currency_code = due_view.currency_code
where
    open_view.won_amount <> coalesce(due_view.won_amount, 0)
    or open_view.lost_amount <> coalesce(due_view.lost_amount, 0)
    or open_view.no_decision_amount <> coalesce(due_view.no_decision_amount, 0)
    or open_view.disqualified_amount <> coalesce(due_view.disqualified_amount, 0)
