-- CO-09 coverage and concentration. A rep who changes team counts once in each entity, so these are
-- counted per entity and never added up.
with

rep_days as (
    select * from {{ ref('ind_rep_day') }}
    where is_coaching_logged
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

published_grains as (
    select period_grain
    from grains
    where indicator_id = 'CO-09'
    group by period_grain
),

rep_periods as (
    select
        rep_days.person_id,
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        sum(rep_days.strict_session_count) as strict_session_count,
        sum(rep_days.broad_session_count) as broad_session_count,
        sum(rep_days.strict_minutes) as strict_minutes,
        sum(rep_days.broad_minutes) as broad_minutes
    from rep_days
    inner join date_periods on rep_days.date_day = date_periods.date_day
    inner join published_grains on date_periods.period_grain = published_grains.period_grain
    group by
        rep_days.person_id,
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start
),

entity_reps as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        rep_periods.period_grain,
        rep_periods.period_start,
        rep_periods.person_id,
        sum(rep_periods.strict_session_count) as strict_session_count,
        sum(rep_periods.broad_session_count) as broad_session_count,
        sum(rep_periods.strict_minutes) as strict_minutes,
        sum(rep_periods.broad_minutes) as broad_minutes
    from rep_periods
    inner join org_entities on rep_periods.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        rep_periods.period_grain,
        rep_periods.period_start,
        rep_periods.person_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type, entity_id, period_grain, period_start
            order by strict_minutes, person_id
        ) as strict_rank,
        row_number() over (
            partition by entity_type, entity_id, period_grain, period_start
            order by broad_minutes, person_id
        ) as broad_rank,
        count(*) over (
            partition by entity_type, entity_id, period_grain, period_start
        ) as rep_count
    from entity_reps
),

counted as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        count(*) as rep_count,
        sum(case when strict_session_count > 0 then 1 else 0 end) as strict_rep_count,
        sum(case when broad_session_count > 0 then 1 else 0 end) as broad_rep_count,
        sum((2 * strict_rank - rep_count - 1) * strict_minutes) as strict_spread,
        sum((2 * broad_rank - rep_count - 1) * broad_minutes) as broad_spread,
        sum(strict_minutes) as strict_minutes,
        sum(broad_minutes) as broad_minutes
    from ranked
    group by entity_type, entity_id, period_grain, period_start
),

measures as (
    select
        'coverage_strict' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        strict_rep_count as numerator,
        rep_count as denominator,
        rep_count as observation_count
    from counted
    union all
    select
        'coverage_broad' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        broad_rep_count as numerator,
        rep_count as denominator,
        rep_count as observation_count
    from counted
    union all
    select
        'gini_strict' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        strict_spread as numerator,
        rep_count * strict_minutes as denominator,
        rep_count as observation_count
    from counted
    where entity_type <> 'rep'
    union all
    select
        'gini_broad' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        broad_spread as numerator,
        rep_count * broad_minutes as denominator,
        rep_count as observation_count
    from counted
    where entity_type <> 'rep'
),

final as (
    select
        'CO-09' as indicator_id,
        measures.measure_id,
        measures.entity_type,
        measures.entity_id,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        cast(null as {{ dbt.type_string() }}) as direct_reason,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.indicator_id = 'CO-09'
            and grains.dimension = 'all'
)

select * from final
