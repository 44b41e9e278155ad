-- Additive indicators for everybody, by name: what indicators read that build on others.
with

sums as (
    select * from {{ ref('ind_sum') }}
),

measures as (
    select * from {{ ref('ind_measure') }}
),

entities as (
    select * from {{ ref('ind_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

members as (
    select * from {{ ref('ind_sum_member') }}
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
        sums.numerator,
        sums.denominator,
        sums.observation_count
    from sums
    inner join measures on sums.measure_number = measures.measure_number
    inner join entities on sums.entity_number = entities.entity_number
    inner join periods on sums.period_number = periods.period_number
    inner join members on sums.member_number = members.member_number
)

select * from final
