-- Indicators that are counted for each entity because they cannot be added up. A family of this
-- shape enters here; names become numbers.
with

measures as (
    select * from {{ ref('ind_measure') }}
),

entities as (
    select * from {{ ref('ind_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

published_periods as (
    select * from {{ ref('ind_published_period') }}
),

direct as (
    {% for family in [
        'ind_coverage',
        'ind_deal_coaching_stage',
        'ind_area_evenness',
        'ind_pipeline_coverage',
        'ind_waterfall',
        'ind_stage_conversion',
        'ind_velocity',
        'ind_forecast_accuracy',
        'ind_silence',
        'ind_reps_at_quota',
        'ind_selection',
        'ind_span',
        'ind_recognition',
        'ind_scorer_agreement',
        'ind_coached_gap',
        'ind_maturity',
    ] %}
        select
            indicator_id,
            measure_id,
            entity_type,
            entity_id,
            period_grain,
            period_start,
            dimension,
            member,
            currency_code,
            numerator,
            denominator,
            direct_value,
            direct_low,
            direct_high,
            direct_reason,
            observation_count
        from {{ ref(family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Where a figure makes no sense for somebody, none is published.
final as (
    select
        measures.measure_number,
        entities.entity_number,
        periods.period_number,
        direct.dimension,
        direct.member,
        direct.currency_code,
        direct.numerator,
        direct.denominator,
        direct.direct_value,
        direct.direct_low,
        direct.direct_high,
        direct.direct_reason,
        direct.observation_count
    from direct
    inner join measures
        on
            direct.indicator_id = measures.indicator_id
            and direct.measure_id = measures.measure_id
    inner join entities
        on
            direct.entity_type = entities.entity_type
            and direct.entity_id = entities.entity_id
    inner join periods
        on
            direct.period_grain = periods.period_grain
            and direct.period_start = periods.period_start
    inner join published_periods
        on
            measures.measure_number = published_periods.measure_number
            and periods.period_number = published_periods.period_number
            and direct.entity_type = published_periods.entity_type
)

select * from final
