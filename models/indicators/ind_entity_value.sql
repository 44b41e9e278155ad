-- All indicators for every entity, by name. A view: names take most of the time and room of
-- writing, and they are written once, when the marts are published.
with

figures as (
    select * from {{ ref('ind_figure') }}
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
    select * from {{ ref('ind_member') }}
),

final as (
    select
        measures.timing,
        measures.indicator_id,
        measures.measure_id,
        entities.entity_type,
        entities.entity_id,
        periods.period_grain,
        periods.period_start,
        members.dimension,
        members.member,
        members.currency_code,
        figures.numerator,
        figures.denominator,
        figures.indicator_value,
        figures.value_low,
        figures.value_high,
        figures.observation_count,
        figures.reason_code
    from figures
    inner join measures on figures.measure_number = measures.measure_number
    inner join entities on figures.entity_number = entities.entity_number
    inner join periods on figures.period_number = periods.period_number
    inner join members on figures.member_number = members.member_number
)

select * from final
