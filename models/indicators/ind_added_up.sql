-- Additive indicators: what was counted for each organisation of the day, added up for everybody
-- above it. Observations of which the mean is published come in as sum and count. Names become
-- numbers before the rows are many, and names again when they are added up.
with

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

published_entities as (
    select * from {{ ref('ind_registry_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'ratio'
),

entities as (
    select
        entity_number,
        entity_type,
        entity_id
    from org_entities
    group by entity_number, entity_type, entity_id
),

measures as (
    select
        measure_number,
        indicator_id,
        measure_id
    from published_entities
    group by measure_number, indicator_id, measure_id
),

additive as (
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
),

numbered as (
    select
        measures.measure_number,
        periods.period_number,
        additive.org_key,
        additive.dimension,
        additive.member,
        additive.currency_code,
        additive.numerator,
        additive.denominator,
        additive.observation_count
    from additive
    inner join measures
        on
            additive.indicator_id = measures.indicator_id
            and additive.measure_id = measures.measure_id
    inner join periods
        on
            additive.period_grain = periods.period_grain
            and additive.period_start = periods.period_start
    union all
    select
        measure_number,
        period_number,
        org_key,
        dimension,
        member,
        currency_code,
        cast(sum(observed_value) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        count(*) as observation_count
    from observations
    group by measure_number, period_number, org_key, dimension, member, currency_code
),

members as (
    select
        dimension,
        member,
        currency_code,
        cast(
            row_number() over (
                order by
                    dimension asc nulls last, member asc nulls last, currency_code asc nulls last
            ) as integer
        ) as member_number
    from numbered
    group by dimension, member, currency_code
),

added_up as (
    select
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        members.member_number,
        sum(numbered.numerator) as numerator,
        sum(numbered.denominator) as denominator,
        sum(numbered.observation_count) as observation_count
    from numbered
    inner join members
        on
            numbered.dimension = members.dimension
            and numbered.member = members.member
            and numbered.currency_code = members.currency_code
    inner join org_entities on numbered.org_key = org_entities.org_key
    inner join published_entities
        on
            numbered.measure_number = published_entities.measure_number
            and org_entities.entity_type = published_entities.entity_type
    group by
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        members.member_number
),

final as (
    select
        measures.indicator_id,
        measures.measure_id,
        entities.entity_type,
        entities.entity_id,
        periods.period_grain,
        periods.period_start,
        members.dimension,
        members.member,
        members.currency_code,
        cast(added_up.numerator as decimal(28, 6)) as numerator,
        cast(added_up.denominator as decimal(28, 6)) as denominator,
        cast(added_up.observation_count as bigint) as observation_count
    from added_up
    inner join measures on added_up.measure_number = measures.measure_number
    inner join entities on added_up.entity_number = entities.entity_number
    inner join periods on added_up.period_number = periods.period_number
    inner join members on added_up.member_number = members.member_number
)

select * from final
