-- BE-07 behaviour gap: how far a rep's skill lies below the target of 4 of 5 on the last day of
-- the period. Scores of the last 180 days count, half as much for every 30 days of age; fewer
-- than three days with a score are no verdict, and no gap of nought. Beside it, how many could
-- be judged.
with

skill_days as (
    select * from {{ ref('ind_skill_day') }}
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'BE-07'
),

stock_dates as (
    select periods.stock_date
    from periods
    inner join grains on periods.period_grain = grains.period_grain
    group by periods.stock_date
),

aged as (
    select
        skill_days.person_id,
        skill_days.skill,
        stock_dates.stock_date,
        skill_days.points,
        {{ dbt.datediff('skill_days.scored_date', 'stock_dates.stock_date', 'day') }} as age_days
    from skill_days
    inner join stock_dates on skill_days.scored_date <= stock_dates.stock_date
),

-- Decimals, because the sum of doubles depends on the order in which they are added.
weighted as (
    select
        person_id,
        skill,
        stock_date,
        points,
        cast(power(0.5e0, cast(age_days as double) / cast(30 as double)) as decimal(18, 12))
            as weight
    from aged
    where age_days < 180
),

judged as (
    select
        person_id,
        skill,
        stock_date,
        case when count(*) >= 3 then 1 else 0 end as judged_count,
        case
            when count(*) >= 3
                then cast(
                    4 - cast(sum(weight * points) as double) / cast(sum(weight) as double)
                    as decimal(28, 6)
                )
        end as gap
    from weighted
    group by person_id, skill, stock_date
),

-- Who was no rep on the day, or had left, has no gap that anybody could coach.
placed as (
    select
        rep_days.org_key,
        judged.stock_date,
        judged.skill,
        judged.judged_count,
        judged.gap
    from judged
    inner join rep_days
        on
            judged.person_id = rep_days.person_id
            and judged.stock_date = rep_days.date_day
),

members as (
    select
        org_key,
        stock_date,
        judged_count,
        gap,
        'all' as dimension,
        'all' as member
    from placed
    union all
    select
        org_key,
        stock_date,
        judged_count,
        gap,
        'skill' as dimension,
        skill as member
    from placed
),

measures as (
    select
        'gap' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        sum(gap) as numerator,
        count(*) as denominator
    from members
    where judged_count = 1
    group by org_key, stock_date, dimension, member
    union all
    select
        'assessed' as measure_id,
        org_key,
        stock_date,
        dimension,
        member,
        sum(judged_count) as numerator,
        count(*) as denominator
    from members
    group by org_key, stock_date, dimension, member
),

final as (
    select
        'BE-07' as indicator_id,
        measures.measure_id,
        measures.org_key,
        periods.period_grain,
        periods.period_start,
        measures.dimension,
        measures.member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.denominator as bigint) as observation_count
    from measures
    inner join periods on measures.stock_date = periods.stock_date
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and periods.period_grain = grains.period_grain
            and measures.dimension = grains.dimension
)

select * from final
