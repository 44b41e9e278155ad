-- TR-03 reinforcement, training by training from the landed enrolments: whether a session with the
-- person followed in time.
-- needs: people, sessions
with

begun as (
    select least(min(s.day), min(k.coaching_began_date)) as first_day
    from coaching as s
    cross join build.core.dim_clock as k
    where s.is_broad
),

trainings as (
    select
        t.training_id,
        coalesce(k.person_id, '(unassigned)') as person_id,
        lower(trim(t.skill)) as skill,
        t.completed_date as day
    from warehouse.intermediate.int_training_conformed as t
    cross join clock as c
    cross join begun as b
    left join known_as as k
        on
            k.system = t.source_system and k.alias = t.person_alias
            and t.completed_date >= k.valid_from and t.completed_date < k.valid_to
    where
        t.skill is not null
        and t.completed_date between b.first_day and c.as_of - 30
        and not exists (
            from warehouse.intermediate.int_record_deleted as d
            where
                d.entity = 'training' and d.record_key = t.record_key
                and c.as_of >= d.deleted_date and c.as_of < d.restored_date
        )
),

met as (
    select a.person_id, s.day, lower(trim(t.skill)) as skill, s.area
    from coaching as s
    inner join coached as a using (session_id)
    left join warehouse.intermediate.int_session_conformed as t using (session_id)
    where s.is_broad and a.is_present
),

followed as (
    select
        t.*,
        coalesce(bool_or(m.skill = t.skill), false) as is_same,
        coalesce(bool_or(m.skill = t.skill or m.area = 'skills_and_behaviors'), false) as is_any
    from trainings as t
    left join met as m
        on m.person_id = t.person_id and m.day between t.day + 1 and t.day + 30
    group by all
)

select
    c.cell_id,
    count(*) filter (where if(c.measure_id = 'same_skill', t.is_same, t.is_any)) as numerator,
    count(t.day) as denominator,
    count(t.day) as observation_count,
    null as value
from cell as c
left join stood as s
    on c.entity_type = s.entity_type and c.entity_id = s.entity_id
left join followed as t
    on
        t.person_id = s.person_id
        and t.day >= s.valid_from and t.day < s.valid_to
        and t.day between c.period_from and c.stock_date
        and (c.dimension = 'all' or t.skill = c.member)
group by c.cell_id, c.measure_id
