-- CQ-09 scorer agreement: Krippendorff's alpha, interval metric, over calls that two or more people
-- scored on the same skill. A score is taken as ten-thousandths of its maximum, so that all sums are
-- whole numbers and the same on every run. The last score of each person counts; the machine's, those
-- of oneself, those of somebody unknown and those of no skill in particular do not.
with

scores as (
    select * from {{ ref('fct_skill_score') }}
    where
        call_id is not null
        and not is_machine_score
        and scored_by_id is not null
        and scored_by_id <> '(unassigned)'
        and scored_by_id <> person_id
        and person_id <> '(unassigned)'
        and skill <> 'unnamed'
        and score is not null
        and score_maximum > 0
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

ranked as (
    select
        call_id,
        person_id,
        lower(skill) as skill,
        scored_date,
        cast(
            round(10000 * cast(score as double) / cast(score_maximum as double), 0)
            as decimal(38, 0)
        ) as mark,
        row_number() over (
            partition by call_id, person_id, lower(skill), scored_by_id
            order by scored_date desc nulls last, skill_score_id desc nulls last
        ) as place
    from scores
),

-- A call and a skill that two or more people scored, on the day on which the last of them did.
summed as (
    select
        call_id,
        person_id,
        skill,
        max(scored_date) as date_day,
        count(*) as score_count,
        sum(mark) as mark_sum,
        sum(mark * mark) as square_sum
    from ranked
    where place = 1
    group by call_id, person_id, skill
    having count(*) > 1
),

-- How far the scores of one unit lie apart: all ordered pairs, squared, over one less than scores.
units as (
    select
        person_id,
        date_day,
        score_count,
        mark_sum,
        square_sum,
        cast(
            round(
                cast(2 * (score_count * square_sum - mark_sum * mark_sum) as double)
                / cast(score_count - 1 as double), 0
            ) as decimal(38, 0)
        ) as disagreement
    from summed
),

added as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as unit_count,
        sum(units.score_count) as score_count,
        sum(units.mark_sum) as mark_sum,
        sum(units.square_sum) as square_sum,
        sum(units.disagreement) as disagreement
    from units
    inner join org_versions
        on
            units.person_id = org_versions.person_id
            and units.date_day >= org_versions.valid_from
            and units.date_day < org_versions.valid_to
    inner join org_entities on org_versions.org_key = org_entities.org_key
    inner join date_periods on units.date_day = date_periods.date_day
    inner join grains
        on
            date_periods.period_grain = grains.period_grain
            and grains.indicator_id = 'CQ-09'
            and grains.measure_id = 'alpha'
            and grains.dimension = 'all'
    inner join indicators
        on
            grains.indicator_id = indicators.indicator_id
            and grains.measure_id = indicators.measure_id
            and concat(',', indicators.entity_types, ',')
            like concat('%,', org_entities.entity_type, ',%')
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start
),

-- Disagreement within calls, and the one to expect if scores were dealt out at random.
compared as (
    select
        *,
        cast(disagreement as double) / cast(score_count as double) as observed,
        cast(2 * (score_count * square_sum - mark_sum * mark_sum) as double)
        / cast(score_count * (score_count - 1) as double) as expected
    from added
),

final as (
    select
        'CQ-09' as indicator_id,
        'alpha' as measure_id,
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(score_count as decimal(28, 6)) as numerator,
        cast(unit_count as decimal(28, 6)) as denominator,
        case
            when unit_count >= 20 and expected > 0 then 1 - observed / expected
        end as direct_value,
        cast(null as double) as direct_low,
        cast(null as double) as direct_high,
        case
            when unit_count < 20 then 'too_few'
            when expected = 0 then 'not_assessable'
        end as direct_reason,
        cast(unit_count as bigint) as observation_count
    from compared
)

select * from final
