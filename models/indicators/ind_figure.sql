-- All indicators for every entity, with value, interval and reason. Sums first, division last. All
-- by number: ind_entity_value says the names, and the marts are cuts of it by timing.
with

counted as (
    select * from {{ ref('ind_counted') }}
),

uncounted as (
    select * from {{ ref('ind_uncounted') }}
),

registry as (
    select * from {{ ref('indicators') }}
),

numbers as (
    select * from {{ ref('ind_measure') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

members as (
    select * from {{ ref('ind_member') }}
    where dimension = 'all' and member = 'all'
),

first_counted as (
    select * from {{ ref('ind_first_counted') }}
),

truncation as (
    select * from {{ ref('ind_truncation') }}
),

clock as (
    select * from {{ ref('dim_clock') }}
),

measures as (
    select
        numbers.measure_number,
        registry.aggregation,
        registry.interval_method,
        registry.minimum_n,
        registry.withheld_below,
        registry.has_currency,
        registry.is_close_cohort,
        registry.empty_reason,
        registry.required_fields like 'coaching_log%' as is_from_coaching_log
    from registry
    inner join numbers
        on
            registry.indicator_id = numbers.indicator_id
            and registry.measure_id = numbers.measure_id
),

-- What holds for everybody in a period. A period that begins before the first day that is kept is
-- not whole: it has no value.
measure_periods as (
    select
        measures.measure_number,
        periods.period_number,
        first_counted.first_period_start is null
        or periods.period_start < first_counted.first_period_start as is_before_source,
        measures.is_close_cohort
        and periods.period_start < truncation.deals_whole_from_date as is_left_truncated,
        coalesce(
            periods.period_start
            < case
                when measures.is_from_coaching_log then clock.coaching_whole_from_date
                else clock.deals_from_date
            end,
            false
        ) as is_expired
    from measures
    cross join periods
    cross join clock
    cross join truncation
    left join first_counted
        on
            measures.measure_number = first_counted.measure_number
            and periods.period_grain = first_counted.period_grain
),

completed as (
    select
        measure_number,
        entity_number,
        period_number,
        member_number,
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
        uncounted.measure_number,
        uncounted.entity_number,
        uncounted.period_number,
        members.member_number,
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
    inner join measures on uncounted.measure_number = measures.measure_number
    inner join members
        on
            case
                when measures.has_currency then clock.reporting_currency else 'none'
            end = members.currency_code
),

-- Numerator and denominator stay what is left, so that they tie to the facts.
told as (
    select
        completed.*,
        measures.interval_method,
        measures.minimum_n,
        completed.observation_count > 0
        and completed.observation_count < measures.withheld_below as is_withheld,
        measures.aggregation,
        measures.is_from_coaching_log,
        measures.empty_reason,
        measure_periods.is_before_source,
        measure_periods.is_left_truncated,
        measure_periods.is_expired
    from completed
    inner join measures on completed.measure_number = measures.measure_number
    inner join measure_periods
        on
            completed.measure_number = measure_periods.measure_number
            and completed.period_number = measure_periods.period_number
),

divided as (
    select
        interval_method,
        minimum_n,
        is_left_truncated,
        measure_number,
        entity_number,
        period_number,
        member_number,
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
            when not is_coaching_logged and is_from_coaching_log then 'no_source'
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
        measure_number,
        entity_number,
        period_number,
        member_number,
        numerator,
        denominator,
        indicator_value,
        case
            when interval_centre is not null
                then least(
                    indicator_value, greatest(cast(0 as double), interval_centre - interval_half)
                )
            when indicator_value is not null then direct_low
        end as value_low,
        case
            when interval_centre is not null
                then greatest(
                    indicator_value, least(cast(1 as double), interval_centre + interval_half)
                )
            when indicator_value is not null then direct_high
        end as value_high,
        observation_count,
        case
            when indicator_value is null then empty_reason
            when observation_count < minimum_n then 'small_n'
            when is_left_truncated then 'left_truncated'
        end as reason_code
    from bounded
)

select * from final
