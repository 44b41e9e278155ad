-- Additive indicators: what was counted for each organisation of the day, added up for everybody
-- above it. Observations of which the mean is published come in as sum and count.
with

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'ratio'
),

indicators as (
    select * from {{ ref('indicators') }}
),

entity_types as (
    {% for entity_type in ['rep', 'manager', 'manager_org', 'team', 'region', 'company'] %}
        select '{{ entity_type }}' as entity_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- What adds up for a rep is not always a figure of the rep.
published_types as (
    select
        indicators.indicator_id,
        indicators.measure_id,
        entity_types.entity_type
    from indicators
    inner join entity_types
        on
            concat(',', indicators.entity_types, ',')
            like concat('%,', entity_types.entity_type, ',%')
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
        'ind_deal_risk',
        'ind_pipeline_created',
        'ind_win_rate',
        'ind_quota',
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
        union all
    {% endfor %}
    select
        indicator_id,
        measure_id,
        org_key,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code,
        cast(sum(observed_value) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        count(*) as observation_count
    from observations
    group by
        indicator_id,
        measure_id,
        org_key,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code
),

final as (
    select
        additive.indicator_id,
        additive.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        additive.period_grain,
        additive.period_start,
        additive.dimension,
        additive.member,
        additive.currency_code,
        cast(sum(additive.numerator) as decimal(28, 6)) as numerator,
        cast(sum(additive.denominator) as decimal(28, 6)) as denominator,
        cast(sum(additive.observation_count) as bigint) as observation_count
    from additive
    inner join org_entities on additive.org_key = org_entities.org_key
    inner join published_types
        on
            additive.indicator_id = published_types.indicator_id
            and additive.measure_id = published_types.measure_id
            and org_entities.entity_type = published_types.entity_type
    group by
        additive.indicator_id,
        additive.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        additive.period_grain,
        additive.period_start,
        additive.dimension,
        additive.member,
        additive.currency_code
)

select * from final
