-- Risk: the deal and its own history tell two stories, and two pages show two figures.
{{ config(
    meta={
        'rule_id': 'CORE-OPPORTUNITY-AGREES',
        'sentence': 'A deal has the stage, amount and outcome of its last version, and rests in '
            ~ 'that stage.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
select
    o.opportunity_id,
    o.stage_name,
    v.stage_name as version_stage_name,
    s.stage_name as stay_stage_name
from {{ ref('fct_opportunity') }} as o
left join {{ ref('fct_opportunity_version') }} as v
    on o.opportunity_id = v.opportunity_id and v.is_last
left join {{ ref('fct_opportunity_stage') }} as s
    on o.opportunity_id = s.opportunity_id and s.is_current
where
    coalesce(v.stage_name, '') <> o.stage_name
    or coalesce(s.stage_name, '') <> o.stage_name
    or coalesce(v.stage_category, '') <> o.outcome
    or coalesce(v.amount, -1) <> coalesce(o.amount, -1)
