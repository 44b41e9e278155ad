-- TR-01 retention, training by training from the landed tests: a list of them by days after the
-- training, of which the first or the nearest is taken.
-- needs: people
with

tests as (
    select
        k.person_id,
        t.course_id,
        t.taken_date - t.days_since_training as trained_on,
        t.days_since_training as after,
        t.taken_at,
        t.assessment_id,
        t.score_percent as score
    from warehouse.intermediate.int_assessment_conformed as t
    cross join clock as c
    inner join known_as as k
        on
            k.system = t.source_system and k.alias = t.person_alias
            and t.taken_date >= k.valid_from and t.taken_date < k.valid_to
    where
        t.taken_date <= c.as_of and t.days_since_training is not null
        and t.score_percent is not null and k.person_id <> '(unassigned)'
),

trainings as (
    select
        person_id,
        trained_on,
        first(score order by after desc, taken_at desc nulls last, assessment_id)
            filter (where after between 0 and 14) as at_first,
        first(score order by abs(after - 30), taken_at nulls last, assessment_id)
            filter (where after between 16 and 45) as score_30,
        first(score order by abs(after - 60), taken_at nulls last, assessment_id)
            filter (where after between 46 and 75) as score_60,
        first(score order by abs(after - 90), taken_at nulls last, assessment_id)
            filter (where after between 76 and 105) as score_90
    from tests
    group by person_id, course_id, trained_on
),

counted as (
    unpivot (
        select t.person_id, t.trained_on, t.at_first, c.as_of, score_30, score_60, score_90,
            cast(t.score_90 is not null as integer) as returned_90
        from trainings as t
        cross join clock as c
        where t.at_first > 0
    )
    on score_30, score_60, score_90, returned_90
    into name measure_id value score
)

select
    c.cell_id,
    coalesce(sum(t.score), 0) as numerator,
    coalesce(
        sum(if(c.measure_id = 'returned_90', 1, t.at_first)) filter (where t.score is not null), 0
    ) as denominator,
    count(t.score) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join counted as t
    on
        t.measure_id = c.measure_id
        and t.person_id = s.person_id
        and t.trained_on >= s.valid_from and t.trained_on < s.valid_to
        and t.trained_on between c.period_from and c.stock_date
        and t.trained_on + cast(right(c.measure_id, 2) as integer) + 15 < t.as_of
group by c.cell_id, c.measure_id
