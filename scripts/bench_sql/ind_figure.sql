-- The same rows as ind_figure: what holds for a measure in a period is worked out once, and joined
-- in one step to what was counted.
with

cells as (
    select
        numbers.measure_number,
        periods.period_number,
        registry.aggregation in ('median', 'evenness') as hides_numerator,
        registry.aggregation in ('median', 'evenness', 'survival', 'composed') as is_direct,
        registry.aggregation = 'sum' as is_sum,
        registry.interval_method = 'wilson' as is_wilson,
        registry.minimum_n,
        registry.withheld_below,
        whole.member_number,
        registry.is_close_cohort
        and periods.period_start < truncation.deals_whole_from_date as is_left_truncated,
        coalesce(
            periods.period_start < if(
                registry.required_fields like 'coaching_log%',
                clock.coaching_whole_from_date,
                clock.deals_from_date
            ),
            false
        ) as is_expired,
        if(
            registry.empty_reason = 'no_denominator'
            and coalesce(periods.period_start < first_counted.first_period_start, true),
            'no_source',
            registry.empty_reason
        ) as empty_reason,
        if(registry.required_fields like 'coaching_log%', 'no_source', null) as unlogged_reason
    from reference.indicators as registry
    inner join intermediate.ind_measure as numbers using (indicator_id, measure_id)
    cross join intermediate.ind_period_day as periods
    cross join core.dim_clock as clock
    cross join intermediate.ind_truncation as truncation
    inner join intermediate.ind_member as whole
        on
            whole.dimension = 'all'
            and whole.member = 'all'
            and whole.currency_code
            = if(registry.has_currency, clock.reporting_currency, 'none')
    left join intermediate.ind_first_counted as first_counted
        on
            numbers.measure_number = first_counted.measure_number
            and periods.period_grain = first_counted.period_grain
),

told as (
    select
        counted.*,
        true as is_coaching_logged,
        cells.* exclude (measure_number, period_number, member_number)
    from intermediate.ind_counted as counted
    inner join cells using (measure_number, period_number)
    union all by name
    select
        uncounted.*,
        0::decimal(28, 6) as numerator,
        0::decimal(28, 6) as denominator,
        0::bigint as observation_count,
        cells.* exclude (measure_number, period_number)
    from intermediate.ind_uncounted as uncounted
    inner join cells using (measure_number, period_number)
),

divided as (
    select
        *,
        observation_count > 0 and observation_count < withheld_below as is_withheld,
        case
            when is_expired or is_withheld then null
            when is_direct then direct_value
            when is_sum then numerator::double
            when denominator > 0 then numerator::double / denominator::double
        end as figure,
        if(is_sum, 1, denominator) as divisor
    from told
),

bounded as (
    select
        *,
        if(
            is_wilson and divisor > 0 and not is_withheld,
            (figure + 3.8414588206941236e0 / (2 * divisor::double))
            / (1 + 3.8414588206941236e0 / divisor::double),
            null
        ) as centre,
        if(
            is_wilson and divisor > 0,
            1.959963984540054e0 * sqrt(
                figure * (1 - figure) / divisor::double
                + 3.8414588206941236e0 / (4 * divisor::double * divisor::double)
            ) / (1 + 3.8414588206941236e0 / divisor::double),
            null
        ) as half
    from divided
)

select
    measure_number,
    entity_number,
    period_number,
    member_number,
    if(hides_numerator or is_withheld, null, numerator) as numerator,
    if(is_withheld, null, divisor)::decimal(28, 6) as denominator,
    figure as indicator_value,
    case
        when centre is not null then least(figure, greatest(0, centre - half))
        when figure is not null then direct_low
    end as value_low,
    case
        when centre is not null then greatest(figure, least(1, centre + half))
        when figure is not null then direct_high
    end as value_high,
    observation_count,
    case
        when figure is null
            then case
                when is_expired then 'expired'
                when is_withheld then 'small_group'
                else coalesce(
                    direct_reason, if(is_coaching_logged, null, unlogged_reason), empty_reason
                )
            end
        when observation_count < minimum_n then 'small_n'
        when is_left_truncated then 'left_truncated'
    end as reason_code
from bounded
