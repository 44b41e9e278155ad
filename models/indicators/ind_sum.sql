-- Additive indicators: what was counted for each organisation of the day, added up for everybody
-- above it. Observations of which the mean is published come in as sum and count. All by number;
-- ind_added_up says the names.
with

additive as (
    select * from {{ ref('ind_additive') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'ratio'
),

measures as (
    select * from {{ ref('ind_measure') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

members as (
    select * from {{ ref('ind_sum_member') }}
),

org_entities as (
    select * from {{ ref('ind_org_entity') }}
),

published_periods as (
    select * from {{ ref('ind_published_period') }}
),

observed as (
    select
        observations.measure_number,
        observations.period_number,
        observations.org_key,
        members.member_number,
        sum(observations.observed_value) as numerator,
        count(*) as observation_count
    from observations
    inner join members
        on
            observations.dimension = members.dimension
            and observations.member = members.member
            and observations.currency_code = members.currency_code
    group by
        observations.measure_number,
        observations.period_number,
        observations.org_key,
        members.member_number
),

numbered as (
    select
        measures.measure_number,
        periods.period_number,
        additive.org_key,
        members.member_number,
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
    inner join members
        on
            additive.dimension = members.dimension
            and additive.member = members.member
            and additive.currency_code = members.currency_code
    union all
    select
        measure_number,
        period_number,
        org_key,
        member_number,
        cast(numerator as decimal(28, 6)) as numerator,
        cast(observation_count as decimal(28, 6)) as denominator,
        observation_count
    from observed
),

final as (
    select
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        numbered.member_number,
        cast(sum(numbered.numerator) as decimal(28, 6)) as numerator,
        cast(sum(numbered.denominator) as decimal(28, 6)) as denominator,
        cast(sum(numbered.observation_count) as bigint) as observation_count
    from numbered
    inner join org_entities on numbered.org_key = org_entities.org_key
    inner join published_periods
        on
            numbered.measure_number = published_periods.measure_number
            and numbered.period_number = published_periods.period_number
            and org_entities.entity_type = published_periods.entity_type
    group by
        numbered.measure_number,
        org_entities.entity_number,
        numbered.period_number,
        numbered.member_number
)

select * from final
