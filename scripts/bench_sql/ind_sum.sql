-- The same rows as ind_sum: whom a measure is published for is a bit, not a join.
with

bits as (
    select * from (values
        ('rep', 1), ('manager', 2), ('manager_org', 4), ('team', 8), ('region', 16), ('company', 32)
    ) as bits (entity_type, bit)
),

published as (
    select measure_number, period_number, sum(bit)::integer as published_bits
    from intermediate.ind_published_period
    inner join bits using (entity_type)
    group by all
),

entities as (
    select org_key, entity_number, bit
    from intermediate.ind_org_entity
    inner join bits using (entity_type)
),

observed as (
    select
        measure_number,
        period_number,
        org_key,
        dimension,
        member,
        currency_code,
        sum(observed_value)::decimal(28, 6) as numerator,
        count(*)::decimal(28, 6) as denominator,
        count(*) as observation_count
    from intermediate.ind_observation
    where aggregation = 'ratio'
    group by all
),

counted as (
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
    from intermediate.ind_additive as additive
    inner join intermediate.ind_measure as measures using (indicator_id, measure_id)
    inner join intermediate.ind_period_day as periods using (period_grain, period_start)
    union all
    select * from observed
)

select
    counted.measure_number,
    entities.entity_number,
    counted.period_number,
    members.member_number,
    sum(counted.numerator)::decimal(28, 6) as numerator,
    sum(counted.denominator)::decimal(28, 6) as denominator,
    sum(counted.observation_count)::bigint as observation_count
from counted
inner join intermediate.ind_sum_member as members using (dimension, member, currency_code)
inner join published using (measure_number, period_number)
inner join entities
    on counted.org_key = entities.org_key and published.published_bits & entities.bit > 0
group by all
