-- DQ-01 to DQ-03, in the shape of the leading indicators: what a build says about its own data.
-- Ledger and freshness rest on judged rows, which no indicator may read; so these figures are made
-- here, and the mart of leading indicators adds them to those of models/indicators (decision 0044).
with

clock as (
    select * from {{ ref('dim_clock') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

registry_grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id in ('DQ-01', 'DQ-02', 'DQ-03')
),

ledger as (
    select * from {{ ref('ledger') }}
),

freshness as (
    select * from {{ ref('freshness') }}
),

entity_values as (
    select * from {{ ref('ind_entity_value') }}
),

-- A build knows its files and its news as they are on the as-of date, so that is their period.
current_periods as (
    select
        date_periods.period_grain,
        date_periods.period_start
    from clock
    inner join date_periods on clock.as_of_date = date_periods.date_day
),

ledger_systems as (
    select
        source_system,
        count(*) as file_count,
        sum(source_rows) as source_row_count,
        sum(abs(residual_rows)) as residual_row_count
    from ledger
    group by source_system
),

-- An object is in use from 20 accepted rows on, and late after 31 days: rule raw.object.fresh.
fresh_systems as (
    select
        source_system,
        count(*) as object_count,
        sum(case when accepted_rows >= 20 then 1 else 0 end) as used_object_count,
        sum(case when accepted_rows >= 20 and days_behind > 31 then 1 else 0 end)
            as late_object_count,
        min(days_behind) as days_behind
    from freshness
    where days_behind is not null
    group by source_system
),

cells as (
    select
        period_grain,
        period_start,
        reason_code,
        count(*) as cell_count
    from entity_values
    group by period_grain, period_start, reason_code
),

period_cells as (
    select
        period_grain,
        period_start,
        sum(cell_count) as cell_count,
        sum(case when reason_code is not null then cell_count else 0 end) as reasoned_cell_count
    from cells
    group by period_grain, period_start
),

of_the_build as (
    select
        'DQ-01' as indicator_id,
        'residual_rows' as measure_id,
        'system' as dimension,
        source_system as member,
        residual_row_count as numerator,
        source_row_count as denominator,
        cast(residual_row_count as double) as measured_value,
        file_count as observation_count
    from ledger_systems
    union all
    select
        'DQ-01' as indicator_id,
        'residual_rows' as measure_id,
        'all' as dimension,
        'all' as member,
        sum(residual_row_count) as numerator,
        sum(source_row_count) as denominator,
        cast(sum(residual_row_count) as double) as measured_value,
        sum(file_count) as observation_count
    from ledger_systems
    having count(*) > 0
    union all
    select
        'DQ-02' as indicator_id,
        'hours_behind' as measure_id,
        'system' as dimension,
        source_system as member,
        24 * days_behind as numerator,
        1 as denominator,
        cast(24 * days_behind as double) as measured_value,
        object_count as observation_count
    from fresh_systems
    union all
    select
        'DQ-02' as indicator_id,
        'hours_behind' as measure_id,
        'all' as dimension,
        'all' as member,
        24 * max(days_behind) as numerator,
        1 as denominator,
        cast(24 * max(days_behind) as double) as measured_value,
        sum(object_count) as observation_count
    from fresh_systems
    having count(*) > 0
    union all
    select
        'DQ-02' as indicator_id,
        'late_share' as measure_id,
        'system' as dimension,
        source_system as member,
        late_object_count as numerator,
        used_object_count as denominator,
        cast(late_object_count as double) / cast(used_object_count as double) as measured_value,
        used_object_count as observation_count
    from fresh_systems
    where used_object_count > 0
    union all
    select
        'DQ-02' as indicator_id,
        'late_share' as measure_id,
        'all' as dimension,
        'all' as member,
        sum(late_object_count) as numerator,
        sum(used_object_count) as denominator,
        cast(sum(late_object_count) as double) / cast(sum(used_object_count) as double)
            as measured_value,
        sum(used_object_count) as observation_count
    from fresh_systems
    having sum(used_object_count) > 0
),

measured as (
    select
        of_the_build.indicator_id,
        of_the_build.measure_id,
        current_periods.period_grain,
        current_periods.period_start,
        of_the_build.dimension,
        of_the_build.member,
        of_the_build.numerator,
        of_the_build.denominator,
        of_the_build.measured_value,
        of_the_build.observation_count
    from of_the_build
    cross join current_periods
    union all
    select
        'DQ-03' as indicator_id,
        'suppressed_share' as measure_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        reasoned_cell_count as numerator,
        cell_count as denominator,
        cast(reasoned_cell_count as double) / cast(cell_count as double) as measured_value,
        cell_count as observation_count
    from period_cells
    union all
    select
        'DQ-03' as indicator_id,
        'suppressed_share' as measure_id,
        cells.period_grain,
        cells.period_start,
        'kind' as dimension,
        cells.reason_code as member,
        cells.cell_count as numerator,
        period_cells.cell_count as denominator,
        cast(cells.cell_count as double) / cast(period_cells.cell_count as double)
            as measured_value,
        period_cells.cell_count as observation_count
    from cells
    inner join period_cells
        on
            cells.period_grain = period_cells.period_grain
            and cells.period_start = period_cells.period_start
    where cells.reason_code is not null
),

final as (
    select
        indicators.timing,
        measured.indicator_id,
        measured.measure_id,
        'company' as entity_type,
        'company' as entity_id,
        measured.period_grain,
        measured.period_start,
        measured.dimension,
        measured.member,
        'none' as currency_code,
        cast(measured.numerator as decimal(28, 6)) as numerator,
        cast(measured.denominator as decimal(28, 6)) as denominator,
        measured.measured_value as indicator_value,
        cast(null as double) as value_low,
        cast(null as double) as value_high,
        cast(measured.observation_count as bigint) as observation_count,
        cast(null as {{ dbt.type_string() }}) as reason_code
    from measured
    inner join registry_grains
        on
            measured.indicator_id = registry_grains.indicator_id
            and measured.measure_id = registry_grains.measure_id
            and measured.period_grain = registry_grains.period_grain
            and measured.dimension = registry_grains.dimension
    inner join indicators
        on
            measured.indicator_id = indicators.indicator_id
            and measured.measure_id = indicators.measure_id
)

select * from final
