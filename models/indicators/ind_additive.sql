-- What families of additive indicators counted for each organisation of the day. A family of this
-- shape enters here.
with

final as (
    {% for family in [
        'ind_cadence',
        'ind_coaching_time',
        'ind_session_kind',
        'ind_session_planned',
        'ind_manager_time',
        'ind_tenure_share',
        'ind_coach_observed',
        'ind_deal_coaching_time',
        'ind_follow_through',
        'ind_session_quality',
        'ind_deal_risk',
        'ind_early_warning',
        'ind_pipeline_created',
        'ind_win_rate',
        'ind_slippage',
        'ind_funnel_shape',
        'ind_deal_practice',
        'ind_plan_coverage',
        'ind_call_behavior',
        'ind_behavior_gap',
        'ind_behavior_adoption',
        'ind_training',
        'ind_quota',
        'ind_key_account',
        'ind_relationship',
        'ind_target_activity',
    ] %}
        select
            indicator_id,
            measure_id,
            org_key,
            period_grain,
            period_start,
            dimension,
            member,
            currency_code,
            numerator,
            denominator,
            observation_count
        from {{ ref(family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
