-- The calls and skills that two or more people scored (CQ-09), each for the organisation of whoever
-- was scored on the day on which the last of them did. A score is taken as ten-thousandths of its
-- maximum, so that all sums are whole numbers and the same on every run. The last score of each
-- person counts; the machine's, those of oneself, of somebody unknown and of no skill in particular
-- do not.
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
final as (
    select
        'CQ-09' as indicator_id,
        'alpha' as measure_id,
        org_versions.org_key,
        summed.date_day,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        summed.score_count,
        summed.mark_sum,
        summed.square_sum,
        cast(
            round(
                cast(
                    2 * (summed.score_count * summed.square_sum - summed.mark_sum * summed.mark_sum)
                    as double
                ) / cast(summed.score_count - 1 as double), 0
            ) as decimal(38, 0)
        ) as disagreement
    from summed
    inner join org_versions
        on
            summed.person_id = org_versions.person_id
            and summed.date_day >= org_versions.valid_from
            and summed.date_day < org_versions.valid_to
)

select * from final
