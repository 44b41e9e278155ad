-- BE-10 adoption of behaviours, from the landed scores: call by call and skill by skill.
-- needs: people, scores
with

events as (
    select
        person_id,
        skill,
        event_id,
        min(event_day) as day,
        avg(points) >= 4 as is_shown
    from scored
    where is_observed
    group by all
)

select
    c.cell_id,
    count(*) filter (where e.is_shown) as numerator,
    count(e.day) as denominator,
    count(e.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join events as e
    on
        e.person_id = s.person_id
        and e.day >= s.valid_from and e.day < s.valid_to
        and e.day between c.period_from and c.stock_date
        and (c.dimension = 'all' or e.skill = c.member)
group by c.cell_id
