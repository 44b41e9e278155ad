-- All indicators rolled up from the organisation of the day to every entity, with value, interval
-- and reason. Sums first, division last; the marts are cuts of this table by timing.
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

cycle_times as (
    select
        cycles.measure_id,
        cycles.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        cycles.dimension,
        cycles.member,
        cycles.observed_value
    from {{ ref('ind_cycle_time') }} as cycles
    inner join date_periods on cycles.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'PI-12'
            and cycles.measure_id = grains.measure_id
            and cycles.dimension = grains.dimension
),

additive as (
    {% for family in [
        'ind_cadence',
        'ind_coaching_time',
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
        'PI-12' as indicator_id,
        measure_id,
        org_key,
        period_grain,
        period_start,
        dimension,
        member,
        'none' as currency_code,
        cast(sum(observed_value) as decimal(28, 6)) as numerator,
        cast(count(*) as decimal(28, 6)) as denominator,
        count(*) as observation_count
    from cycle_times
    where measure_id = 'mean'
    group by measure_id, org_key, period_grain, period_start, dimension, member
),

added_up as (
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
),

medians as (
    select
        cycle_times.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        cycle_times.period_grain,
        cycle_times.period_start,
        cycle_times.dimension,
        cycle_times.member,
        cast(median(cycle_times.observed_value) as double) as median_value,
        count(*) as observation_count
    from cycle_times
    inner join org_entities on cycle_times.org_key = org_entities.org_key
    where cycle_times.measure_id in ('median', 'median_closed')
    group by
        cycle_times.measure_id,
        org_entities.entity_type,
        org_entities.entity_id,
        cycle_times.period_grain,
        cycle_times.period_start,
        cycle_times.dimension,
        cycle_times.member
),

-- One column per area, so that the five logarithms are added in one fixed order.
area_minutes as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        max(case when member = 'skills_and_behaviors' then numerator end) as skills_minutes,
        max(case when member = 'lead_and_opportunity' then numerator end) as opportunity_minutes,
        max(case when member = 'funnel' then numerator end) as funnel_minutes,
        max(case when member = 'account' then numerator end) as account_minutes,
        max(case when member = 'territory' then numerator end) as territory_minutes,
        sum(case when member <> 'unclassified' then numerator else 0 end) as classified_minutes,
        max(observation_count) as observation_count
    from added_up
    where indicator_id = 'CO-04' and measure_id = 'share'
    group by entity_type, entity_id, period_grain, period_start
),

evenness as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        cast(classified_minutes as decimal(28, 6)) as classified_minutes,
        observation_count,
        case
            when classified_minutes > 0
                then
                    (
                        ln(cast(classified_minutes as double)) - cast((
                            {% for area in [
                                'skills', 'opportunity', 'funnel', 'account', 'territory'
                            ] %}
                                case
                                    when {{ area }}_minutes > 0
                                        then
                                            cast({{ area }}_minutes as double)
                                            * ln(cast({{ area }}_minutes as double))
                                    else 0
                                end
                                {% if not loop.last %}+{% endif %}
                            {% endfor %}
                        ) as double) / cast(classified_minutes as double)
                    ) / ln(cast(5 as double))
        end as evenness_value
    from area_minutes
),

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
        observation_count
    from added_up
    union all
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
        observation_count
    from {{ ref('ind_coverage') }}
    union all
    select
        'PI-12' as indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        'none' as currency_code,
        cast(null as decimal(28, 6)) as numerator,
        cast(observation_count as decimal(28, 6)) as denominator,
        median_value as direct_value,
        observation_count
    from medians
    union all
    select
        'CO-04' as indicator_id,
        'evenness' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(null as decimal(28, 6)) as numerator,
        classified_minutes as denominator,
        -- Logarithms of doubles may miss the end of the scale by a hair.
        case
            when evenness_value is not null
                then greatest(cast(0 as double), least(cast(1 as double), evenness_value))
        end as direct_value,
        observation_count
    from evenness
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
            when
                indicators.unit = 'money' or indicators.indicator_id = 'QU-01'
                or indicators.measure_id = 'by_value'
                then clock.reporting_currency
            else 'none'
        end as currency_code,
        cast(0 as decimal(28, 6)) as numerator,
        cast(0 as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(0 as bigint) as observation_count,
        uncounted.is_coaching_logged
    from uncounted
    cross join clock
    inner join indicators
        on
            uncounted.indicator_id = indicators.indicator_id
            and uncounted.measure_id = indicators.measure_id
),

-- A period that begins before the first day that is kept is not whole: it has no value. Numerator
-- and denominator stay what is left, so that they tie to the facts.
told as (
    select
        completed.*,
        indicators.timing,
        indicators.interval_method,
        indicators.minimum_n,
        indicators.aggregation,
        indicators.required_fields,
        indicators.empty_reason,
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
),

divided as (
    select
        timing,
        interval_method,
        minimum_n,
        aggregation,
        indicator_id,
        measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        dimension,
        member,
        currency_code,
        case
            when aggregation in ('median', 'evenness') then null
            else numerator
        end as numerator,
        case
            when aggregation = 'sum' then cast(1 as decimal(28, 6))
            else denominator
        end as denominator,
        observation_count,
        case
            when is_expired then null
            when aggregation in ('median', 'evenness') then direct_value
            when aggregation = 'sum' then cast(numerator as double)
            when denominator > 0 then cast(numerator as double) / cast(denominator as double)
        end as indicator_value,
        case
            when is_expired then 'expired'
            when
                is_coaching_logged or aggregation = 'sum'
                or required_fields not like 'coaching_log%'
                then empty_reason
            else 'no_source'
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
        case when bounded.interval_centre is not null then least(
            bounded.indicator_value,
            greatest(cast(0 as double), bounded.interval_centre - bounded.interval_half)
        ) end as value_low,
        case when bounded.interval_centre is not null then greatest(
            bounded.indicator_value,
            least(cast(1 as double), bounded.interval_centre + bounded.interval_half)
        ) end as value_high,
        bounded.observation_count,
        case
            when bounded.indicator_value is null then bounded.empty_reason
            when bounded.observation_count < bounded.minimum_n then 'small_n'
        end as reason_code
    from bounded
    inner join periods
        on
            bounded.period_grain = periods.period_grain
            and bounded.period_start = periods.period_start
)

select * from final
