-- Single observations of measures whose mean or median is published, in every period they fall in.
-- A median cannot be added up, so the observations themselves are kept. Measure and period are
-- numbers here (ind_measure, ind_period_day).
with

date_periods as (
    select
        dates.date_day,
        dates.period_grain,
        periods.period_number
    from {{ ref('bridge_date_period') }} as dates
    inner join {{ ref('ind_period_day') }} as periods
        on
            dates.period_grain = periods.period_grain
            and dates.period_start = periods.period_start
),

measures as (
    select * from {{ ref('ind_measure') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

observations as (
    {% for family in [
        'ind_cycle_time',
        'ind_fade',
    ] %}
        select
            indicator_id,
            measure_id,
            org_key,
            date_day,
            dimension,
            member,
            currency_code,
            cast(observed_value as decimal(18, 6)) as observed_value
        from {{ ref(family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        measures.measure_number,
        measures.aggregation,
        observations.org_key,
        date_periods.period_number,
        observations.dimension,
        observations.member,
        observations.currency_code,
        observations.observed_value
    from observations
    inner join date_periods on observations.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and observations.indicator_id = grains.indicator_id
            and observations.measure_id = grains.measure_id
            and observations.dimension = grains.dimension
    inner join measures
        on
            observations.indicator_id = measures.indicator_id
            and observations.measure_id = measures.measure_id
)

select * from final
