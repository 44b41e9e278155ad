-- TA-04 span: reps per manager on the last day of the period. A manager has one span, whoever
-- looks: where the reps sit in two teams, both teams show the whole of it. That is why it is
-- counted per entity. Reps without a manager are in no span.
{% set most_reps = 8 %}
with

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'TA-04'
),

published_grains as (
    select period_grain
    from grains
    group by period_grain
),

periods as (
    select
        p.period_grain,
        p.period_start,
        p.stock_date
    from {{ ref('ind_period_day') }} as p
    inner join published_grains as g on p.period_grain = g.period_grain
),

stock_dates as (
    select stock_date
    from periods
    group by stock_date
),

reports as (
    select
        rep_days.date_day,
        rep_days.org_key,
        org_versions.manager_id
    from rep_days
    inner join stock_dates on rep_days.date_day = stock_dates.stock_date
    inner join org_versions on rep_days.org_key = org_versions.org_key
    where org_versions.manager_id <> '(unassigned)'
),

spans as (
    select
        date_day,
        manager_id,
        count(*) as rep_count
    from reports
    group by date_day, manager_id
),

entity_managers as (
    select
        reports.date_day,
        org_entities.entity_type,
        org_entities.entity_id,
        reports.manager_id
    from reports
    inner join org_entities on reports.org_key = org_entities.org_key
    group by
        reports.date_day,
        org_entities.entity_type,
        org_entities.entity_id,
        reports.manager_id
),

counted as (
    select
        entity_managers.date_day,
        entity_managers.entity_type,
        entity_managers.entity_id,
        sum(spans.rep_count) as rep_count,
        sum(case when spans.rep_count > {{ most_reps }} then 1 else 0 end) as wide_count,
        count(*) as manager_count
    from entity_managers
    inner join spans
        on
            entity_managers.date_day = spans.date_day
            and entity_managers.manager_id = spans.manager_id
    group by
        entity_managers.date_day,
        entity_managers.entity_type,
        entity_managers.entity_id
),

measures as (
    select
        'mean' as measure_id,
        date_day,
        entity_type,
        entity_id,
        rep_count as numerator,
        manager_count
    from counted
    union all
    select
        'over_limit' as measure_id,
        date_day,
        entity_type,
        entity_id,
        wide_count as numerator,
        manager_count
    from counted
),

final as (
    select
        'TA-04' as indicator_id,
        measures.measure_id,
        measures.entity_type,
        measures.entity_id,
        periods.period_grain,
        periods.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.manager_count as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(measures.manager_count as bigint) as observation_count
    from measures
    inner join periods on measures.date_day = periods.stock_date
    inner join grains
        on
            periods.period_grain = grains.period_grain
            and measures.measure_id = grains.measure_id
            and grains.dimension = 'all'
)

select * from final
