-- Risk: a trend of the pipeline whose last point is another figure than the pipeline of today.
{{ config(
    meta={
        'rule_id': 'CORE-PIPELINE-SNAPSHOT-AGREES',
        'sentence': 'The snapshot of as_of holds the open deals that are neither deleted nor '
            ~ 'merged, with the amounts, stages and owners of core.fct_opportunity.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

snapshots as (
    select s.*
    from {{ ref('fct_pipeline_snapshot') }} as s
    inner join {{ ref('dim_clock') }} as c
        on s.snapshot_date = c.as_of_date
),

deals as (
    select * from {{ ref('fct_opportunity') }}
    where is_open and not is_deleted
)

select
    coalesce(d.opportunity_id, s.opportunity_id) as opportunity_id,
    d.amount,
    s.amount as snapshot_amount
from deals as d
full outer join snapshots as s
    on d.opportunity_id = s.opportunity_id
where
    d.opportunity_id is null
    or s.opportunity_id is null
    or coalesce(d.amount, -1) <> coalesce(s.amount, -1)
    or coalesce(d.reporting_amount, -1) <> coalesce(s.reporting_amount, -1)
    or coalesce(d.constant_rate_amount, -1) <> coalesce(s.constant_rate_amount, -1)
    or d.stage_name <> s.stage_name
    or d.owner_org_key <> s.owner_org_key
