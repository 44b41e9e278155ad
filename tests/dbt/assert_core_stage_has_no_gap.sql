-- Risk: stays that overlap or leave a hole make time in stage longer or shorter than the deal's
-- life.
{{ config(
    meta={
        'rule_id': 'CORE-OPPORTUNITY-STAGE-UNBROKEN',
        'sentence': 'The stays of a deal follow one another without gap, each in another stage '
            ~ 'than the one before.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

numbered as (
    select
        opportunity_id,
        stay_number,
        stage_name,
        is_current,
        entered_at,
        left_at,
        stay_days,
        lead(entered_at) over (
            partition by opportunity_id
            order by stay_number asc nulls last
        ) as next_entered,
        lead(stage_name) over (
            partition by opportunity_id
            order by stay_number asc nulls last
        ) as next_stage
    from {{ ref('fct_opportunity_stage') }}
)

select *
from numbered
where
    left_at <= entered_at
    or next_entered <> left_at
    or next_stage = stage_name
    or (next_entered is null) <> is_current
    or stay_days < 0
