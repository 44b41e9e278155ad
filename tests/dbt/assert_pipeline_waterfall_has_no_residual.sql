{{ config(
    meta={
        'rule_id': 'PIPELINE-WATERFALL-RESIDUAL',
        'sentence': 'Start and changes of the pipeline make its end, for every entity, period and '
            ~ 'view of money.',
        'severity': 'critical',
        'owner': 'revenue operations',
    }
) }}
-- Risk: an amount that left or came in without a class, or with two, and a waterfall that nobody
-- can tie. Start and end are the stock of the snapshots; the changes are worked out from the deals.
select *
from {{ ref('rpt_pipeline_waterfall') }}
where
    residual_amount <> 0
    or residual_count <> 0
    -- A rate changes nothing where none is used; what is always open is not moved in or out.
    or (currency_view <> 'reporting' and rate_changed_amount <> 0)
    or (
        pipeline_view = 'open'
        and (
            pulled_in_amount <> 0 or slipped_in_amount <> 0
            or pushed_out_amount <> 0 or moved_before_amount <> 0
        )
    )
    -- Within the company deals pass from hand to hand only.
    or (entity_type = 'company' and transferred_amount <> 0)
