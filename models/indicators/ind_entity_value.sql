-- All indicators for every entity, with value, interval and reason. Sums first, division last; the
-- marts are cuts of this table by timing.
with

indicators as (
    select * from {{ ref('indicators') }}
),

clock as (
    select * from {{ ref('dim_clock') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

truncation as (
    select * from {{ ref('ind_truncation') }}
),

published_entities as (
    select * from {{ ref('ind_registry_entity') }}
),

-- Sums of the organisation, and what is counted per entity because it cannot be added up.
counted as (
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
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        observation_count
    from {{ ref('ind_added_up') }}
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
        'ind_median',
        'ind_survival',
    ] %}
        union all
        select
            {{ family }}.indicator_id,
            {{ family }}.measure_id,
            {{ family }}.entity_type,
            {{ family }}.entity_id,
            {{ family }}.period_grain,
            {{ family }}.period_start,
            {{ family }}.dimension,
            {{ family }}.member,
            {{ family }}.currency_code,
            {{ family }}.numerator,
            {{ family }}.denominator,
            {{ family }}.direct_value,
            {{ family }}.direct_low,
            {{ family }}.direct_high,
            {{ family }}.direct_reason,
            {{ family }}.observation_count
        from {{ ref(family) }} as {{ family }}
        -- Where a figure makes no sense for somebody, none is published.
        inner join published_entities
            on
                {{ family }}.indicator_id = published_entities.indicator_id
                and {{ family }}.measure_id = published_entities.measure_id
                and {{ family }}.entity_type = published_entities.entity_type
    {% endfor %}
),

-- Entities that had a rep in a period: they get a row with a reason where nothing was counted.
-- Weeks are left out below the company, so that the table stays small.
roster as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        rep_periods.period_grain,
        rep_periods.period_start,
        max(case when rep_periods.is_coaching_logged then 1 else 0 end) = 1 as is_coaching_logged
    from (
        select
            rep_days.org_key,
            date_periods.period_grain,
            date_periods.period_start,
            max(case when rep_days.is_coaching_logged then 1 else 0 end) = 1 as is_coaching_logged
        from rep_days
        inner join date_periods on rep_days.date_day = date_periods.date_day
        group by rep_days.org_key, date_periods.period_grain, date_periods.period_start
    ) as rep_periods
    inner join org_entities on rep_periods.org_key = org_entities.org_key
    where rep_periods.period_grain <> 'week' or org_entities.entity_type = 'company'
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        rep_periods.period_grain,
        rep_periods.period_start
),

expected as (
    select
        indicators.indicator_id,
        indicators.measure_id,
        roster.entity_type,
        roster.entity_id,
        roster.period_grain,
        roster.period_start,
        roster.is_coaching_logged
    from roster
    inner join grains on roster.period_grain = grains.period_grain
    inner join indicators
        on
            grains.indicator_id = indicators.indicator_id
            and grains.measure_id = indicators.measure_id
    where
        (grains.dimension = 'all' or indicators.dimensions = grains.dimension)
        and concat(',', indicators.entity_types, ',')
        like concat('%,', roster.entity_type, ',%')
        and concat(',', indicators.completed_grains, ',')
        like concat('%,', roster.period_grain, ',%')
),

counted_periods as (
    select
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start
    from counted
    where dimension <> 'product' and period_grain <> 'week'
    union all
    select
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start
    from counted
    where dimension <> 'product' and period_grain = 'week' and entity_type = 'company'
),

uncounted as (
    select
        expected.indicator_id,
        expected.measure_id,
        expected.entity_type,
        expected.entity_id,
        expected.period_grain,
        expected.period_start,
        expected.is_coaching_logged
    from expected
    left join counted_periods
        on
            expected.indicator_id = counted_periods.indicator_id
            and expected.measure_id = counted_periods.measure_id
            and expected.entity_type = counted_periods.entity_type
            and expected.entity_id = counted_periods.entity_id
            and expected.period_grain = counted_periods.period_grain
            and expected.period_start = counted_periods.period_start
    where counted_periods.indicator_id is null
),

completed as (
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
        observation_count,
        true as is_coaching_logged
    from counted
    union all
    select
        uncounted.indicator_id,
        uncounted.measure_id,
        uncounted.entity_type,
        uncounted.entity_id,
        uncounted.period_grain,
        uncounted.period_start,
        'all' as dimension,
        'all' as member,
        case
            when indicators.has_currency then clock.reporting_currency else 'none'
        end as currency_code,
        cast(0 as decimal(28, 6)) as numerator,
        cast(0 as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(0 as bigint) as observation_count,
        uncounted.is_coaching_logged
    from uncounted
    cross join clock
    inner join indicators
        on
            uncounted.indicator_id = indicators.indicator_id
            and uncounted.measure_id = indicators.measure_id
),

-- From when on a measure was ever counted: before, its source was silent.
first_counted as (
    select
        indicator_id,
        measure_id,
        period_grain,
        min(period_start) as first_period_start
    from counted
    where entity_type = 'company' and observation_count > 0
    group by indicator_id, measure_id, period_grain
),

-- A period that begins before the first day that is kept is not whole: it has no value. Numerator
-- and denominator stay what is left, so that they tie to the facts.
told as (
    select
        completed.*,
        indicators.timing,
        indicators.interval_method,
        indicators.minimum_n,
        completed.observation_count > 0
        and completed.observation_count < indicators.withheld_below as is_withheld,
        indicators.aggregation,
        indicators.required_fields,
        indicators.empty_reason,
        first_counted.first_period_start is null
        or completed.period_start < first_counted.first_period_start as is_before_source,
        indicators.is_close_cohort
        and completed.period_start < truncation.deals_whole_from_date as is_left_truncated,
        coalesce(
            completed.period_start
            < case
                when indicators.required_fields like 'coaching_log%'
                    then clock.coaching_whole_from_date
                else clock.deals_from_date
            end,
            false
        ) as is_expired
    from completed
    cross join clock
    inner join indicators
        on
            completed.indicator_id = indicators.indicator_id
            and completed.measure_id = indicators.measure_id
    cross join truncation
    left join first_counted
        on
            completed.indicator_id = first_counted.indicator_id
            and completed.measure_id = first_counted.measure_id
            and completed.period_grain = first_counted.period_grain
),

divided as (
    select
        timing,
        interval_method,
        minimum_n,
        is_left_truncated,
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code,
        -- Of a small group not even the sums are told: the value could be had from them.
        case
            when aggregation in ('median', 'evenness') or is_withheld then null
            else numerator
        end as numerator,
        case
            when is_withheld then null
            when aggregation = 'sum' then cast(1 as decimal(28, 6))
            else denominator
        end as denominator,
        observation_count,
        direct_low,
        direct_high,
        case
            when is_expired or is_withheld then null
            when aggregation in ('median', 'evenness', 'survival', 'composed') then direct_value
            when aggregation = 'sum' then cast(numerator as double)
            when denominator > 0 then cast(numerator as double) / cast(denominator as double)
        end as indicator_value,
        case
            when is_expired then 'expired'
            when is_withheld then 'small_group'
            when direct_reason is not null then direct_reason
            when not is_coaching_logged and required_fields like 'coaching_log%' then 'no_source'
            when is_before_source and empty_reason = 'no_denominator' then 'no_source'
            else empty_reason
        end as empty_reason
    from told
),

-- Wilson's score interval at 95 %: z = 1.959963984540054, z squared = 3.8414588206941236.
bounded as (
    select
        *,
        case
            when interval_method = 'wilson' and denominator > 0
                then
                    (indicator_value + 3.8414588206941236e0 / (2 * cast(denominator as double)))
                    / (1 + 3.8414588206941236e0 / cast(denominator as double))
        end as interval_centre,
        case
            when interval_method = 'wilson' and denominator > 0
                then
                    1.959963984540054e0 * sqrt(
                        cast(indicator_value * (1 - indicator_value) as double)
                        / cast(denominator as double)
                        + 3.8414588206941236e0
                        / (4 * cast(denominator as double) * cast(denominator as double))
                    ) / (1 + 3.8414588206941236e0 / cast(denominator as double))
        end as interval_half
    from divided
),

final as (
    select
        bounded.timing,
        bounded.indicator_id,
        bounded.measure_id,
        bounded.entity_type,
        bounded.entity_id,
        bounded.period_grain,
        bounded.period_start,
        bounded.dimension,
        bounded.member,
        bounded.currency_code,
        bounded.numerator,
        bounded.denominator,
        bounded.indicator_value,
        case
            when bounded.interval_centre is not null
                then least(
                    bounded.indicator_value,
                    greatest(cast(0 as double), bounded.interval_centre - bounded.interval_half)
                )
            when bounded.indicator_value is not null then bounded.direct_low
        end as value_low,
        case
            when bounded.interval_centre is not null
                then greatest(
                    bounded.indicator_value,
                    least(cast(1 as double), bounded.interval_centre + bounded.interval_half)
                )
            when bounded.indicator_value is not null then bounded.direct_high
        end as value_high,
        bounded.observation_count,
        case
            when bounded.indicator_value is null then bounded.empty_reason
            when bounded.observation_count < bounded.minimum_n then 'small_n'
            when bounded.is_left_truncated then 'left_truncated'
        end as reason_code
    from bounded
    inner join periods
        on
            bounded.period_grain = periods.period_grain
            and bounded.period_start = periods.period_start
)

select * from final
