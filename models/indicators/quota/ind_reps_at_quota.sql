-- QU-02 share of reps at quota. A rep counts in an entity only for whom all days of the period, up
-- to today, are days as a rep there with a quota; whoever came, left, moved or had no quota for
-- part of it would be measured with another rule. Attainment is that of QU-01, so the two cannot
-- disagree. Counted per entity: a rep who moved counts in the company, but in neither team.
with

attainment as (
    select * from {{ ref('ind_quota') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

persons as (
    select * from {{ ref('dim_person') }}
),

quotas as (
    select * from {{ ref('fct_quota') }}
    where not is_deleted and person_id <> '(unassigned)'
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'QU-02'
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
        p.stock_date,
        p.is_complete,
        p.elapsed_day_count
    from {{ ref('ind_period_day') }} as p
    inner join published_grains as g on p.period_grain = g.period_grain
),

-- Stretches of days with a quota: quotas that overlap or follow each other are one stretch.
quota_ends as (
    select
        person_id,
        period_start,
        period_end,
        max(period_end) over (
            partition by person_id
            order by period_start asc nulls last, period_end asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from quotas
),

quota_marks as (
    select
        person_id,
        period_start,
        period_end,
        case
            when period_start <= cast({{ dbt.dateadd('day', 1, 'covered_until') }} as date) then 0
            else 1
        end as is_start
    from quota_ends
),

quota_islands as (
    select
        person_id,
        period_start,
        period_end,
        sum(is_start) over (
            partition by person_id
            order by period_start asc nulls last, period_end asc nulls last
            rows between unbounded preceding and current row
        ) as island
    from quota_marks
),

quota_stretches as (
    select
        person_id,
        min(period_start) as first_date,
        max(period_end) as last_date
    from quota_islands
    group by person_id, island
),

covered_periods as (
    select
        quota_stretches.person_id,
        periods.period_grain,
        periods.period_start,
        periods.stock_date,
        periods.is_complete,
        periods.elapsed_day_count
    from quota_stretches
    inner join persons on quota_stretches.person_id = persons.person_id
    inner join periods
        on
            quota_stretches.first_date <= periods.period_start
            and quota_stretches.last_date >= periods.stock_date
            and coalesce(persons.hire_date <= periods.period_start, true)
            and coalesce(persons.leave_date >= periods.stock_date, true)
    where coalesce(persons.leave_date_source, '') <> 'never_seen'
),

rep_days as (
    select
        covered_periods.person_id,
        covered_periods.period_grain,
        covered_periods.period_start,
        covered_periods.is_complete,
        covered_periods.elapsed_day_count,
        org_versions.org_key,
        {{ dbt.datediff(
            'greatest(org_versions.valid_from, covered_periods.period_start)',
            'least(org_versions.valid_to, cast('
            ~ dbt.dateadd('day', 1, 'covered_periods.stock_date') ~ ' as date))',
            'day'
        ) }} as day_count
    from covered_periods
    inner join org_versions
        on
            covered_periods.person_id = org_versions.person_id
            and covered_periods.stock_date >= org_versions.valid_from
            and covered_periods.period_start < org_versions.valid_to
    where org_versions.is_rep
),

eligible as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        rep_days.person_id,
        rep_days.period_grain,
        rep_days.period_start,
        rep_days.is_complete
    from rep_days
    inner join org_entities on rep_days.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        rep_days.person_id,
        rep_days.period_grain,
        rep_days.period_start,
        rep_days.is_complete,
        rep_days.elapsed_day_count
    having sum(rep_days.day_count) = rep_days.elapsed_day_count
),

-- A quota in several currencies is reached when it is reached in each.
rep_currencies as (
    select
        org_versions.person_id,
        attainment.measure_id,
        attainment.period_grain,
        attainment.period_start,
        attainment.currency_code,
        sum(attainment.numerator) as won_amount,
        sum(attainment.denominator) as quota_amount
    from attainment
    inner join org_versions on attainment.org_key = org_versions.org_key
    inner join published_grains on attainment.period_grain = published_grains.period_grain
    group by
        org_versions.person_id,
        attainment.measure_id,
        attainment.period_grain,
        attainment.period_start,
        attainment.currency_code
),

rep_attainment as (
    select
        person_id,
        period_grain,
        period_start,
        case measure_id
            when 'attainment' then 'at_quota'
            else 'at_quota_to_date'
        end as measure_id,
        min(case when won_amount >= quota_amount then 1 else 0 end) as is_at_quota
    from rep_currencies
    where quota_amount > 0
    group by person_id, period_grain, period_start, measure_id
),

-- Of a period that still runs, nobody knows yet who will reach the whole quota.
counted as (
    select
        rep_attainment.measure_id,
        eligible.entity_type,
        eligible.entity_id,
        eligible.period_grain,
        eligible.period_start,
        eligible.is_complete or rep_attainment.measure_id = 'at_quota_to_date' as is_known,
        rep_attainment.is_at_quota
    from eligible
    inner join rep_attainment
        on
            eligible.person_id = rep_attainment.person_id
            and eligible.period_grain = rep_attainment.period_grain
            and eligible.period_start = rep_attainment.period_start
),

final as (
    select
        'QU-02' as indicator_id,
        counted.measure_id,
        counted.entity_type,
        counted.entity_id,
        counted.period_grain,
        counted.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(
            sum(case when counted.is_known then counted.is_at_quota else 0 end) as decimal(28, 6)
        ) as numerator,
        cast(sum(case when counted.is_known then 1 else 0 end) as decimal(28, 6)) as denominator,
        cast(null as double) as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        case
            when max(case when counted.is_known then 1 else 0 end) = 0 then 'immature'
        end as direct_reason,
        cast(sum(case when counted.is_known then 1 else 0 end) as bigint) as observation_count
    from counted
    inner join grains
        on
            counted.measure_id = grains.measure_id
            and counted.period_grain = grains.period_grain
            and grains.dimension = 'all'
    group by
        counted.measure_id,
        counted.entity_type,
        counted.entity_id,
        counted.period_grain,
        counted.period_start
)

select * from final
