-- Where each rep stood among the reps of a month, by measures of which rpt_lead_lag asks what comes
-- before what. A place takes away what moves the whole company in a month, such as a season; that
-- it is a whole number makes all sums of it the same on every run.
with

indicators as (
    select * from {{ ref('indicators') }}
    where is_lead_lag
),

entity_values as (
    select * from {{ ref('ind_entity_value') }}
    where
        entity_type = 'rep'
        and period_grain = 'month'
        and dimension = 'all'
        and indicator_value is not null
        -- A rep's month is nearly always few cases. What is left truncated is no outcome.
        and coalesce(reason_code, 'small_n') = 'small_n'
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain = 'month' and is_complete
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

months as (
    select
        period_start,
        period_end,
        year(period_start) * 12 + month(period_start) as month_number,
        max(year(period_start) * 12 + month(period_start)) over () as last_month_number
    from periods
),

-- Who was a rep on the last day of a month; a month in which somebody came or left is not whole.
rep_months as (
    select
        rep_days.person_id,
        org_versions.manager_id,
        months.month_number,
        months.period_start
    from months
    inner join rep_days on months.period_end = rep_days.date_day
    inner join org_versions on rep_days.org_key = org_versions.org_key
    -- Four years: older habits say little of today's, and the table stays bounded.
    where months.month_number > months.last_month_number - 48
),

-- One manager per rep, under whom most of the months were: the bootstrap draws managers with all
-- that belongs to them, so no rep may stand in two draws.
manager_months as (
    select
        person_id,
        manager_id,
        count(*) as month_count
    from rep_months
    where manager_id <> '(unassigned)'
    group by person_id, manager_id
),

managers as (
    select
        person_id,
        manager_id,
        row_number() over (
            partition by person_id order by month_count desc, manager_id asc
        ) as manager_rank
    from manager_months
),

-- A series is of one currency: the one in which the rep has most months.
currency_months as (
    select
        indicator_id,
        measure_id,
        entity_id,
        currency_code,
        count(*) as month_count
    from entity_values
    group by indicator_id, measure_id, entity_id, currency_code
),

currencies as (
    select
        indicator_id,
        measure_id,
        entity_id,
        currency_code,
        row_number() over (
            partition by indicator_id, measure_id, entity_id
            order by month_count desc, currency_code asc
        ) as currency_rank
    from currency_months
),

series as (
    select
        indicators.indicator_id,
        indicators.measure_id,
        indicators.timing,
        rep_months.person_id,
        managers.manager_id,
        rep_months.month_number,
        rep_months.period_start,
        entity_values.indicator_value
    from entity_values
    inner join indicators
        on
            entity_values.indicator_id = indicators.indicator_id
            and entity_values.measure_id = indicators.measure_id
    inner join currencies
        on
            entity_values.indicator_id = currencies.indicator_id
            and entity_values.measure_id = currencies.measure_id
            and entity_values.entity_id = currencies.entity_id
            and entity_values.currency_code = currencies.currency_code
            and currencies.currency_rank = 1
    inner join rep_months
        on
            entity_values.entity_id = rep_months.person_id
            and entity_values.period_start = rep_months.period_start
    inner join managers
        on
            entity_values.entity_id = managers.person_id
            and managers.manager_rank = 1
),

ranked as (
    select
        *,
        rank() over (
            partition by indicator_id, measure_id, month_number order by indicator_value
        ) as lowest_rank,
        count(*) over (
            partition by indicator_id, measure_id, month_number, indicator_value
        ) as tied_count,
        count(*) over (partition by indicator_id, measure_id, month_number) as placed_count
    from series
),

final as (
    select
        indicator_id,
        measure_id,
        timing,
        person_id as rep_id,
        manager_id,
        cast(month_number as integer) as month_number,
        period_start,
        -- Middle of those tied, in parts of ten thousand.
        cast(round(
            cast(5000 * (2 * lowest_rank + tied_count - 2) as double)
            / cast(placed_count as double)
        ) as integer) as place
    from ranked
)

select * from final
