-- What people said of a skill: a day's mean of the scores that persons gave, on a scale to five.
-- Machine scores, overall scores and those of deleted sessions are left out; nobody who is not
-- known can be followed from day to day.
with

scores as (
    select
        *,
        lower(trim(skill)) as skill_key,
        cast(
            5 * cast(score as double) / cast(score_maximum as double) as decimal(18, 6)
        ) as points
    from {{ ref('fct_skill_score') }}
    where not is_machine_score and person_id <> '(unassigned)' and score_maximum > 0
),

clock as (
    select * from {{ ref('dim_clock') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
),

final as (
    select
        scores.person_id,
        scores.skill_key as skill,
        scores.scored_date,
        cast(
            cast(sum(scores.points) as double) / cast(count(*) as double) as decimal(18, 6)
        ) as points
    from scores
    cross join clock
    left join sessions on scores.session_id = sessions.session_id
    where
        scores.skill_key not in ('overall', 'unnamed')
        and scores.scored_date <= clock.as_of_date
        and not coalesce(sessions.is_deleted, false)
    group by scores.person_id, scores.skill_key, scores.scored_date
)

select * from final
